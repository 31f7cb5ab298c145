"""Which measured courses of a namespace left their level, and by how much: a small reading of its own for slow networks and CPUs.

Asked by `plan.survey` finer and shorter than `signals` does, because such troubles last minutes. Called by
the detector and the probes of slowness.
"""

import re
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from agent.model.query import Matcher, MatchOp, Select, Series
from agent.model.question import MetricAnswer, RangeQuestion
from agent.model.record import Record, Window
from agent.reasoning.facts import Facts
from agent.reasoning.once import once

LOOK_BACK = timedelta(minutes=12)
STEP = 10
FEWEST = 8
LEAST = 4
"""Values a course needs to have a before and an after, and each of them."""

Values = npt.NDArray[np.float64]

KINDS = {
    "throttling": r"throttl",
    "retransmits": r"retrans",
    "latency": r"latenc|duration_(p|q)|response_time|_p(50|90|95|99)(_|$)",
    "packets": r"(receive|transmit)\w*_packets|packets_(received|transmitted|sent)",
    "success": r"success_(rate|ratio)|availability",
    "requests": r"requests_per_second|_rps$|request_rate",
    "cpu": r"cpu_usage|cpu_cores|cpu_utili[sz]ation",
}
"""A metric is of the first kind whose words its name holds."""

SERVICE_LABELS = ("service", "service_name", "deployment", "app", "container")
NODE_LABELS = ("node", "instance")
FLOOR = {
    "throttling": 0.02,
    "retransmits": 0.2,
    "latency": 5.0,
    "packets": 1.0,
    "requests": 0.1,
    "cpu": 0.01,
    "success": 0.01,
}
"""What is next to nothing, in each kind's unit (seconds a second, per second, milliseconds, …, cores)."""


class Shift(Record):
    """One course: the level before its steepest lasting rise, the level after, and when that was."""

    node: bool = False
    name: str
    kind: str
    metric: str
    before: float
    high: float
    at: float  # epoch seconds
    evidence: list[str] = []

    @property
    def times(self) -> float:
        """How many times the level before the high one is; of next to nothing, of the kind's floor."""
        floor = FLOOR[self.kind]
        return max(self.high, floor) / max(self.before, floor)


def questions(namespace: str, anchor: datetime) -> list[RangeQuestion]:
    """The courses of the namespace, and of what has none: nodes."""
    select = Select(
        metric="",
        matchers=[
            Matcher(label="__name__", op=MatchOp.REGEX, value=".*(" + "|".join(KINDS.values()) + ").*"),
            Matcher(label="namespace", op=MatchOp.REGEX, value=f"{re.escape(namespace)}|"),
        ],
    )
    return [RangeQuestion(query=select, window=Window(start=anchor - LOOK_BACK, end=anchor), step_seconds=STEP)]


Course = tuple[Series, list[str]]


@once
def _courses(facts: Facts) -> dict[tuple[str, bool], dict[str, list[Course]]]:
    """The answers by kind and by whether they are a node's, then by name."""
    found: dict[tuple[str, bool], dict[str, list[Course]]] = {}
    for question in questions(facts.profile.service.namespace, facts.anchor):
        answer = facts.answer(question, MetricAnswer)
        cited = facts.cite(question)
        for series in answer.series if answer else []:
            service = next((series.labels[label] for label in SERVICE_LABELS if series.labels.get(label)), "")
            node = next((series.labels[label] for label in NODE_LABELS if series.labels.get(label)), "")
            kind = kind_of(series.labels.get("__name__", ""))
            if kind and (service or node):
                of_kind = found.setdefault((kind, not service), {})
                of_kind.setdefault(service or node, []).append((series, cited))
    return found


def measured(facts: Facts, kind: str, *, node: bool = False) -> list[str]:
    """Whose courses of a kind there are."""
    return [*_courses(facts).get((kind, node), {})]


@once
def of(facts: Facts, name: str, kind: str, *, node: bool = False) -> list[Shift]:
    """The courses of one kind of a service or node, in the order of their metrics; worked out when first asked for."""
    courses = _courses(facts).get((kind, node), {}).get(name, [])
    found = [shift for series, cited in courses if (shift := _shift(series, name, kind, cited, node=node))]
    return sorted(found, key=lambda shift: shift.metric)


def every(facts: Facts, kind: str, *, node: bool = False) -> list[Shift]:
    """The courses of one kind of all services or all nodes."""
    return [shift for name in measured(facts, kind, node=node) for shift in of(facts, name, kind, node=node)]


def kind_of(metric: str) -> str:
    """Which of KINDS a metric is, "" for none."""
    return next((kind for kind, words in KINDS.items() if re.search(words, metric)), "")


def _shift(series: Series, name: str, kind: str, cited: list[str], *, node: bool) -> Shift | None:
    values = np.asarray(series.values, dtype=float)
    there = np.isfinite(values)
    values = values[there]
    times = np.asarray(series.times)[there]
    if kind == "latency":  # no requests, no latency: a zero is no measurement
        values, times = values[values > 0], times[values > 0]
    values, times = _fresh(values, times)
    step = _step(values, FLOOR[kind])
    if step is None:
        return None
    before, high, position = step
    return Shift(
        node=node,
        name=name,
        kind=kind,
        metric=series.labels.get("__name__", ""),
        before=before,
        high=high,
        at=float(times[position]),
        evidence=cited,
    )


def _step(values: Values, floor: float) -> tuple[float, float, int] | None:
    """The steepest lasting rise: the level before it, the level after, and where; None for too few values.

    Levels are medians over a sixth of the course on either side, so that single values make no step.
    """
    wide = max(len(values) // 6, LEAST)
    if len(values) < 2 * wide:
        return None
    levels = np.median(np.lib.stride_tricks.sliding_window_view(values, wide), axis=1)
    before, after = levels[: len(levels) - wide], levels[wide:]
    rises = np.maximum(after, floor) / np.maximum(before, floor)
    best = int(np.argmax(rises))
    return float(before[best]), float(after[best]), best + wide


def _fresh(values: Values, times: Values) -> tuple[Values, Values]:
    """Without the tail in which a source that has ended repeats its last sample (its look-back)."""
    changes = np.flatnonzero(np.diff(values))
    end = int(changes[-1]) + 2 if len(changes) else len(values)
    return (values[:end], times[:end]) if end >= FEWEST else (values, times)
