"""Events and bad events per pod and short interval: the ground on which onset and side-by-side tests stand.

Counters are asked raw, by pod, and differenced here: unlike a `rate()` over a window that smears an
onset by its length, and unlike a sum over pods it does not break when pods come and go.
"""

from datetime import datetime, timedelta

import numpy as np

from agent.model.evidence import Evidence
from agent.model.profile import Profile
from agent.model.query import Aggregate, Query, Raw, Select, Series
from agent.model.question import GapReason, MetricAnswer, MetricQuestion, RangeQuestion
from agent.model.record import Record, Window
from agent.model.slo import Sli

SURVEY = timedelta(minutes=90)
SURVEY_STEP = 15
REFINED_BEFORE, REFINED_AFTER = timedelta(minutes=4), timedelta(minutes=15)
REFINED_STEP = 5

NEWBORN = 20.0
"""A first value of up to so many usual increments is growth since birth, not an old counter newly scraped."""


class Tally(Record):
    """How many events there were, and how many of them were bad."""

    total: float = 0.0
    bad: float = 0.0

    @property
    def ratio(self) -> float:
        """Share of bad events; 0 without events."""
        return self.bad / self.total if self.total else 0.0

    def __str__(self) -> str:
        return f"{self.ratio:.1%} of {self.total:.0f} requests"


class Counts:
    """Increments by pod: `times[i]` is the end of interval i in epoch seconds; arrays all have that length."""

    def __init__(self, times: np.ndarray, total: dict[str, np.ndarray], bad: dict[str, np.ndarray]) -> None:
        """`bad` may lack pods that never had a bad event."""
        self.times, self.total, self.bad = times, total, bad

    @property
    def pods(self) -> list[str]:
        """Pods that served anything."""
        return sorted(pod for pod, increments in self.total.items() if increments.sum() > 0)

    def summed(self) -> tuple[np.ndarray, np.ndarray]:
        """Total and bad per interval over all pods."""
        nothing = np.zeros(len(self.times))
        return sum(self.total.values(), nothing), sum(self.bad.values(), nothing)

    def tally(
        self, since: datetime | None = None, until: datetime | None = None, pods: set[str] | None = None
    ) -> Tally:
        """Events of some pods (all) within a span (all)."""
        inside = np.ones(len(self.times), dtype=bool)
        if since:
            inside &= self.times > since.timestamp()
        if until:
            inside &= self.times <= until.timestamp()
        chosen = [pod for pod in self.total if pods is None or pod in pods]
        total = sum(float(self.total[pod][inside].sum()) for pod in chosen)
        bad = sum(float(self.bad[pod][inside].sum()) for pod in chosen if pod in self.bad)
        return Tally(total=total, bad=min(bad, total))


def survey_questions(profile: Profile, anchor: datetime) -> list[MetricQuestion]:
    """The pair of counting questions over the whole look-back, coarse."""
    return counting_questions(profile, Window(start=anchor - SURVEY, end=anchor), SURVEY_STEP)


def refined_questions(profile: Profile, around: datetime, anchor: datetime) -> list[MetricQuestion]:
    """The pair of counting questions around the onset, fine."""
    return counting_questions(profile, refined_window(around, anchor), REFINED_STEP)


def refined_window(around: datetime, anchor: datetime) -> Window:
    """The span around an onset that is looked at closely."""
    return Window(start=around - REFINED_BEFORE, end=min(anchor, around + REFINED_AFTER))


def counting_questions(profile: Profile, window: Window, step: int) -> list[MetricQuestion]:
    """About a service's own indicator; none without an SLI."""
    return indicator_questions(profile.slo.sli, window, step, profile.rate_seconds) if profile.slo else []


def indicator_questions(sli: Sli, window: Window, step: int, rate_seconds: int) -> list[MetricQuestion]:
    """Total first, then bad (or good)."""
    parts = [sli.total, sli.bad or sli.good or sli.total]
    seconds = max(rate_seconds, step)
    return [RangeQuestion(query=_counter(p, sli.pod_label, seconds), window=window, step_seconds=step) for p in parts]


def _counter(part: Select | Raw, pod_label: str, rate_seconds: int) -> Query:
    if isinstance(part, Raw):
        return Raw(promql=part.promql.replace("{{.window}}", f"{rate_seconds}s"))
    return Aggregate(of=part, by=[pod_label]) if pod_label else part


def counts(sli: Sli, questions: list[MetricQuestion], evidence: list[Evidence | None]) -> Counts | None:
    """Difference two answers into increments; None when the total has no answer. No bad series means no bad events."""
    first = questions[0]
    if not isinstance(first, RangeQuestion) or not evidence[0] or not isinstance(evidence[0].answer, MetricAnswer):
        return None
    second = evidence[1]
    if second is None or (second.gap and second.gap.reason is not GapReason.EMPTY):
        return None
    step = first.step_seconds
    times = np.arange(first.window.start.timestamp(), first.window.end.timestamp() + 0.001, step)
    part = sli.bad or sli.good or sli.total
    total = _increments(evidence[0].answer.series, sli.pod_label, times, step, rates=isinstance(sli.total, Raw))
    other = (
        _increments(second.answer.series, sli.pod_label, times, step, rates=isinstance(part, Raw))
        if isinstance(second.answer, MetricAnswer)
        else {}
    )
    if sli.bad is None:
        nothing = np.zeros(len(times) - 1)
        other = {pod: np.maximum(total[pod] - other.get(pod, nothing), 0) for pod in total}
    return Counts(times[1:], total, other)


def _increments(
    series: list[Series], pod_label: str, times: np.ndarray, step: int, *, rates: bool
) -> dict[str, np.ndarray]:
    """By pod ("" for all where no label names it); a rate counts as rate x step, a counter as its growth."""
    result: dict[str, np.ndarray] = {}
    for one in series:
        pod = one.labels.get(pod_label, "") if pod_label else ""
        grid = np.full(len(times), np.nan)
        index = np.rint((np.asarray(one.times) - times[0]) / step).astype(int)
        inside = (index >= 0) & (index < len(times))
        grid[index[inside]] = np.asarray(one.values, dtype=float)[inside]
        grown = np.nan_to_num(grid[1:], nan=0.0, posinf=0.0) * step if rates else _differences(grid)
        result[pod] = result.get(pod, 0) + grown
    return result


def _differences(grid: np.ndarray) -> np.ndarray:
    """Growth between neighbours: a reset counts from zero, a gap is bridged by the last value before it.

    A counter that appears within the window was born at zero, unless its first value dwarfs its later
    growth: then it is old, and only its scraping is new.
    """
    seen = np.flatnonzero(np.isfinite(grid))
    grown = np.zeros(len(grid) - 1)
    if not len(seen):
        return grown
    values = grid[seen]
    steps = np.where(values[1:] >= values[:-1], values[1:] - values[:-1], values[1:])
    grown[seen[1:] - 1] = steps
    usual = max(float(np.median(steps[steps > 0])) if (steps > 0).any() else float(values[0]), 1.0)
    if seen[0] > 0 and values[0] <= NEWBORN * usual:
        grown[seen[0] - 1] = values[0]
    return grown
