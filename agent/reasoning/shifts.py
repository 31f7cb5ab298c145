"""Which measured courses of a namespace left their level, and by how much: a small reading of its own for slow networks and CPUs.

Asked by `plan.survey` finer and shorter than `signals` does, because such troubles last minutes. Called by
the detector and the probes of slowness.
"""

import re
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import numpy as np

from agent.model.query import Matcher, MatchOp, Select, Series
from agent.model.question import MetricAnswer, RangeQuestion
from agent.model.record import Record, Window
from agent.reasoning.facts import Facts

LOOK_BACK = timedelta(minutes=15)
STEP = 10
FEWEST = 8
"""Values a course needs to have a before and an after."""

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
FLOOR = {"throttling": 0.02, "retransmits": 0.2, "latency": 10.0, "packets": 1.0, "requests": 0.1, "cpu": 0.01, "success": 0.01}
"""What is next to nothing, in each kind's unit (seconds a second, per second, milliseconds, …, cores)."""


class Shift(Record):
    """One course: its level at the start, its highest and lowest lasting level after, and when that began."""

    node: bool = False
    name: str
    kind: str
    metric: str
    before: float
    high: float
    low: float
    at: float  # epoch seconds
    evidence: list[str] = []

    @property
    def times(self) -> float:
        """How many times the level before the high one is; of next to nothing, of the kind's floor."""
        floor = FLOOR[self.kind]
        return max(self.high, floor) / max(self.before, floor)


def questions(namespace: str, anchor: datetime) -> list[RangeQuestion]:
    """The namespace's courses, and the nodes'."""
    pattern = ".*(" + "|".join(KINDS.values()) + ").*"
    name = Matcher(label="__name__", op=MatchOp.REGEX, value=pattern)
    window = Window(start=anchor - LOOK_BACK, end=anchor)
    services = Select(metric="", matchers=[name, Matcher(label="namespace", value=namespace)])
    nodes = Select(metric="", matchers=[name, Matcher(label="node", op=MatchOp.NOT_EQUAL, value=""), Matcher(label="namespace", value="")])  # fmt: skip
    return [RangeQuestion(query=query, window=window, step_seconds=STEP) for query in (services, nodes)]


_READ: WeakKeyDictionary[Facts, list[Shift]] = WeakKeyDictionary()


def read(facts: Facts) -> list[Shift]:
    """Every course with enough values, worked out once a Facts."""
    if facts not in _READ:
        asked = questions(facts.profile.service.namespace, facts.anchor)
        answers = [(facts.answer(question, MetricAnswer), facts.cite(question)) for question in asked]
        _READ[facts] = [
            shift
            for answer, cited in answers
            if answer
            for series in answer.series
            if (shift := _shift(series, cited)) is not None
        ]
    return _READ[facts]


def kind_of(metric: str) -> str:
    """Which of KINDS a metric is, "" for none."""
    return next((kind for kind, words in KINDS.items() if re.search(words, metric)), "")


def _shift(series: Series, cited: list[str]) -> Shift | None:
    labels = series.labels
    metric = labels.get("__name__", "")
    kind = kind_of(metric)
    service = next((labels[label] for label in SERVICE_LABELS if labels.get(label)), "")
    node = next((labels[label] for label in NODE_LABELS if labels.get(label)), "")
    values = np.asarray(series.values, dtype=float)
    there = np.isfinite(values)
    values, times = values[there], np.asarray(series.times)[there]
    if not kind or not (service or node) or len(values) < FEWEST:
        return None
    values, times = _fresh(values, times)
    if len(values) < FEWEST:
        return None
    part = max(len(values) // 5, 3)
    wide = max(len(values) // 4, 3)
    rolled = np.median(np.lib.stride_tricks.sliding_window_view(values, wide), axis=1)
    high = int(np.argmax(rolled))
    return Shift(
        node=not service,
        name=service or node,
        kind=kind,
        metric=metric,
        before=float(np.median(values[:part])),
        high=float(rolled[high]),
        low=float(np.min(rolled)),
        at=float(times[high]),
        evidence=cited,
    )


def _fresh(values: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Without the tail in which a source that has ended repeats its last sample (its look-back)."""
    changes = np.flatnonzero(np.diff(values))
    end = int(changes[-1]) + 2 if len(changes) else len(values)
    return values[:end], times[:end]


def of(facts: Facts, name: str, kind: str, *, node: bool = False) -> list[Shift]:
    """The courses of one kind of a service or node."""
    return [shift for shift in read(facts) if shift.name == name and shift.kind == kind and shift.node is node]
