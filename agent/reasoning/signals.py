"""What the services of a namespace measure about themselves: which questions to ask, and the courses the answers hold.

Known by the words in a metric's name, not by whose metric it is. Gauges are taken as they are; counters
are differenced in `agent.reasoning.courses`, so that a handful of questions asks for every metric at once,
each answer summed up by what can belong to one service.
"""

import re
from collections import defaultdict
from datetime import datetime, timedelta

from agent.model.entity import ServiceRef
from agent.model.evidence import Evidence
from agent.model.query import Aggregate, Matcher, MatchOp, Query, Select, Series
from agent.model.question import MetricAnswer, RangeQuestion
from agent.model.record import Window
from agent.model.signal import Signal, SignalKind
from agent.reasoning import courses
from agent.reasoning.courses import Course

RECENT, RECENT_STEP = timedelta(minutes=30), 15
PAST, PAST_STEP = timedelta(days=2), 300
"""The course around the incident as finely as sources are scraped, and two days of what is normal, coarsely."""

ENOUGH = 20
"""Distinct samples that make the recent course worth looking at by itself; with fewer the long one is taken for all."""

WORDS: list[tuple[SignalKind, str]] = [
    (SignalKind.EXPIRY, r"expir(y|es|ation)|not_?after"),
    (SignalKind.THROTTLING, r"throttl|cfs_periods"),
    (SignalKind.AVAILABILITY, r"availab|success_?(rate|ratio)|_up$"),
    (SignalKind.ERRORS, r"error|fail|5xx|4xx|401|403|429|exhausted|timeout|rejected|dropped|servfail|unauthorized"),
    (SignalKind.LATENCY, r"latenc|(^|_)lat(_|$)|duration|response_time|_p(50|90|95|99)|wait_(seconds|ms)|elapsed"),
    (
        SignalKind.SATURATION,
        r"pool|queue|backlog|lag|in_use|used_(pct|percent|ratio)|usage_(pct|ratio)|capacity|disk|inode|fds?(_|$)|buffer|connections|age_|volume_stats",
    ),
    (SignalKind.CPU, r"cpu"),
    (SignalKind.MEMORY, r"mem(ory)?(_|$)|heap|rss|working_set"),
    (SignalKind.RESTARTS, r"restart"),
    (SignalKind.NETWORK, r"network|packets|bytes_(received|transmitted)"),
    (SignalKind.TRAFFIC, r"rps|requests?(_|$)|handled_total|(^|_)load|lod(_|$)|throughput|per_(sec|min)|rate"),
]
"""A metric is of the first kind one of whose words its name holds."""

LIMITS = r"kube_pod_container_resource_limits"
"""No word of its own, and what memory and CPU are measured against."""

OWNERS = ["service", "service_name", "deployment", "app", "app_kubernetes_io_name", "container", "job"]
"""Labels that say whose series it is, the most precise first; after them the pod's name and the claim's."""

PODS = ["pod", "persistentvolumeclaim"]

TOLD_APART = ["code", "status", "status_code", "http_response_status_code", "response_code", "grpc_code"]
"""Labels with the code that a request was answered with."""

KEPT = ["quantile", "statistic", "resource", "peer"]

UNASKED = (
    r".*_(created|info)|.*(bytes|size)_bucket|go_.*|process_cpu.*|process_start.*|python_.*|promhttp_.*|scrape_.*"
    r"|up|kube_.*_(labels|annotations)"
)
"""Metadata, the run-time's own housekeeping, and histograms of what is not time."""

BUCKETS = r".*_bucket"
"""Asked for lately only: a histogram's mean, from its sum and count, does for the days before."""


def questions(namespace: str, anchor: datetime) -> list[RangeQuestion]:
    """All series of the namespace whose name holds one of the words: finely lately, coarsely over days."""
    recent, past = Window(start=anchor - RECENT, end=anchor), Window(start=anchor - PAST, end=anchor)
    return [
        RangeQuestion(query=_measured(namespace, UNASKED), window=recent, step_seconds=RECENT_STEP, exploring=True),
        RangeQuestion(
            query=_measured(namespace, f"{UNASKED}|{BUCKETS}"), window=past, step_seconds=PAST_STEP, exploring=True
        ),
    ]


def _measured(namespace: str, unasked: str) -> Query:
    words = "|".join([*(words for _, words in WORDS), LIMITS])
    return Aggregate(
        of=Select(
            metric="",
            matchers=[
                Matcher(label="__name__", op=MatchOp.REGEX, value=f".*({words}).*"),
                Matcher(label="__name__", op=MatchOp.NOT_REGEX, value=unasked),
                Matcher(label="namespace", value=namespace),
            ],
        ),
        by=["__name__", "le", *OWNERS, *PODS, *TOLD_APART, *KEPT],
    )


def read(namespace: str, evidence: list[Evidence]) -> list[Signal]:
    """The courses in the answers to `questions`: the recent one where it is fine enough, with the days before beside it."""
    recent, past = dict[tuple[str, ...], Course](), dict[tuple[str, ...], Course]()
    ours = [question.query for question in questions(namespace, evidence[0].asked_at)] if evidence else []
    for item in evidence:
        asked = item.question
        if not isinstance(asked, RangeQuestion) or not isinstance(item.answer, MetricAnswer):
            continue
        if asked.query not in ours:
            continue
        long = asked.step_seconds == PAST_STEP
        of_service: defaultdict[str, list[Series]] = defaultdict(list)
        for one in item.answer.series:
            if owner := courses.owner(one.labels, OWNERS, PODS):
                of_service[owner].append(one)
        for owner, series in of_service.items():
            for course in courses.of_service(owner, series, TOLD_APART):
                (past if long else recent)[course.key] = course.evolve(evidence=item.id)
    return [_signal(namespace, recent.get(key), past.get(key)) for key in dict.fromkeys([*recent, *past])]


def kind_of(name: str) -> SignalKind:
    """What a metric of this name measures."""
    lowered = name.lower()
    return next((kind for kind, words in WORDS if re.search(words, lowered)), SignalKind.OTHER)


def _signal(namespace: str, recent: Course | None, past: Course | None) -> Signal:
    fine = recent is not None and (past is None or len(recent.values) >= ENOUGH)
    main = recent if recent is not None and fine else past
    if main is None:
        raise ValueError("a signal needs a course")
    earlier = [
        (moment, value)
        for moment, value in (zip(past.times, past.values, strict=True) if fine and past else [])
        if moment < main.times[0]
    ]
    return Signal(
        service=ServiceRef(namespace=namespace, name=main.owner),
        kind=kind_of(main.name),
        name=main.name,
        statistic=main.statistic,
        times=main.times,
        values=main.values,
        earlier_times=[moment for moment, _ in earlier],
        earlier_values=[value for _, value in earlier],
        peer=main.peer,
        evidence=main.evidence,
    )
