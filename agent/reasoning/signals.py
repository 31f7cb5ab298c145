"""What the services of a namespace measure about themselves: which questions to ask, and the courses the answers hold.

Known by the words in a metric's name, not by whose metric it is. Gauges are taken as they are; counters
are differenced here, so that one question asks for many metrics at once.
"""

import re
from datetime import datetime, timedelta

import numpy as np

from agent.model.entity import ServiceRef
from agent.model.evidence import Evidence
from agent.model.query import Matcher, MatchOp, Select, Series
from agent.model.question import MetricAnswer, RangeQuestion
from agent.model.record import Window
from agent.model.signal import Signal, SignalKind

LOOK_BACK = timedelta(hours=2)
STEP = 60

WORDS: list[tuple[SignalKind, str]] = [
    (SignalKind.EXPIRY, r"expir(y|es|ation)|not_?after"),
    (SignalKind.THROTTLING, r"throttl"),
    (SignalKind.AVAILABILITY, r"availab|success_?(rate|ratio)|_up$"),
    (SignalKind.ERRORS, r"error|fail|5xx|4xx|401|403|429|exhausted|timeout|rejected|dropped|servfail|unauthorized"),
    (SignalKind.LATENCY, r"latenc|(^|_)lat(_|$)|duration|response_time|_p(50|90|95|99)|wait_(seconds|ms)|elapsed"),
    (
        SignalKind.SATURATION,
        r"pool|queue|backlog|lag|in_use|used_(pct|percent|ratio)|usage_(pct|ratio)|capacity|disk|inode|fd|buffer|connections|age_",
    ),
    (SignalKind.CPU, r"cpu"),
    (SignalKind.MEMORY, r"mem(ory)?(_|$)|heap|rss|working_set"),
    (SignalKind.RESTARTS, r"restart"),
    (SignalKind.NETWORK, r"network|packets|bytes_(received|transmitted)"),
    (SignalKind.TRAFFIC, r"rps|requests?(_|$)|(^|_)load|lod(_|$)|throughput|per_(sec|min)|rate"),
]
"""A metric is of the first kind one of whose words its name holds."""

SERVICE_LABELS = ["service", "service_name", "deployment", "app", "app_kubernetes_io_name", "container", "job"]
"""Labels that say whose series it is, the most precise first."""

SKIPPED = re.compile(r"_bucket$|_created$|_info$|^go_|^process_|^python_|^promhttp_|^scrape_|^up$")
"""Histograms' buckets, metadata and the run-time's own housekeeping."""


def questions(namespace: str, anchor: datetime) -> list[RangeQuestion]:
    """One question for every series of the namespace whose name holds one of the words."""
    pattern = ".*(" + "|".join(words for _, words in WORDS) + ").*"
    select = Select(
        metric="",
        matchers=[
            Matcher(label="__name__", op=MatchOp.REGEX, value=pattern),
            Matcher(label="namespace", value=namespace),
        ],
    )
    window = Window(start=anchor - LOOK_BACK, end=anchor)
    return [RangeQuestion(query=select, window=window, step_seconds=STEP, exploring=True)]


def read(namespace: str, evidence: list[Evidence]) -> list[Signal]:
    """The courses in the answers to `questions`."""
    found: list[Signal] = []
    for item in evidence:
        asked = item.question
        if not isinstance(asked, RangeQuestion) or not isinstance(asked.query, Select) or asked.query.metric:
            continue
        if isinstance(item.answer, MetricAnswer):
            found += [s for one in item.answer.series if (s := _signal(namespace, one, item.id)) is not None]
    return found


def kind_of(name: str) -> SignalKind:
    """What a metric of this name measures."""
    lowered = name.lower()
    return next((kind for kind, words in WORDS if re.search(words, lowered)), SignalKind.OTHER)


def _signal(namespace: str, series: Series, evidence: str) -> Signal | None:
    name = series.labels.get("__name__", "")
    service = next((series.labels[label] for label in SERVICE_LABELS if series.labels.get(label)), "")
    if not service or SKIPPED.search(name):
        return None
    times, values = np.asarray(series.times), np.asarray(series.values, dtype=float)
    there = np.isfinite(values)
    times, values = times[there], values[there]
    if name.endswith(("_total", "_count", "_sum")) and len(values) > 1:
        steps = np.diff(values)
        values = np.where(steps >= 0, steps, values[1:]) / np.maximum(np.diff(times), 1e-9)
        times = times[1:]
    return Signal(
        service=ServiceRef(namespace=namespace, name=service),
        kind=kind_of(name),
        name=name,
        times=times.tolist(),
        values=values.tolist(),
        peer=series.labels.get("peer", ""),
        evidence=evidence,
    )
