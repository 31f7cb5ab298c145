"""Metric queries worked out over stored series, to the numbers a Prometheus would give.

A recording, the simulation and benchmark cases answer metric questions with `answer`;
`integrations.prometheus` renders the same values to PromQL instead, and tests/contracts holds the two
together. Left out: staleness markers (a series that ends is seen until the look-back has passed),
native histograms, and users' own PromQL (`Raw`).
"""

from dataclasses import dataclass

import numpy as np

from agent.model.query import Aggregate, Increase, Quantile, Query, Rate, Ratio, Raw, Select, Series
from agent.model.question import (
    Gap,
    GapReason,
    InstantQuestion,
    MetricAnswer,
    MetricQuestion,
    RangeQuestion,
    SeriesQuestion,
)
from agent.model.record import Window
from agent.reasoning.buckets import quantile
from agent.reasoning.counters import Milliseconds, increase, milliseconds, newest
from agent.reasoning.dialect import Dialect
from agent.reasoning.frame import Frame, aggregate, identity, ratio
from agent.reasoning.matching import matching
from agent.reasoning.promql import render

MAX_POINTS = 11_000
"""Points a series may have in one answer: Prometheus' own limit."""


@dataclass(frozen=True)
class _Stored:
    """What is evaluated over: raw series, ascending times, and the rules of one generation of PromQL."""

    series: list[Series]
    times: Milliseconds
    dialect: Dialect


def evaluate(
    query: Query, series: list[Series], times: list[float], dialect: Dialect = Dialect.PROMETHEUS_3
) -> list[Series]:
    """The query's value at each time (epoch seconds, to the millisecond; ascending in the answer) where it has one.

    `series` are raw samples with the label `__name__`, one record a label set. Raises ValueError, saying
    why, where Prometheus would answer with an error, and for `Raw`.
    """
    grid = np.unique(milliseconds(times))
    with np.errstate(all="ignore"):  # NaN and infinities are values here
        return _frame(query, _Stored(series, grid, dialect)).series((grid / 1000).tolist())


def answer(
    question: MetricQuestion, series: list[Series], dialect: Dialect = Dialect.PROMETHEUS_3
) -> MetricAnswer | Gap:
    """What a metrics source that holds these raw series answers; `text` is the PromQL a real one would be asked."""
    try:
        found = _asked(question, series, dialect)
    except ValueError as error:
        return Gap(reason=GapReason.FAILED, detail=str(error))
    if isinstance(found, Gap):
        return found
    if not found:
        return Gap(reason=GapReason.EMPTY, detail="no stored series has a value for this question")
    text = "" if isinstance(question, SeriesQuestion) else render(question.query)
    return MetricAnswer(series=found, text=text)


def _asked(question: MetricQuestion, series: list[Series], dialect: Dialect) -> list[Series] | Gap:
    if isinstance(question, SeriesQuestion):
        return existing(question, series, dialect)
    if has_raw(question.query):
        return Gap(
            reason=GapReason.REFUSED, detail="a PromQL text of one's own can be answered by a real Prometheus only"
        )
    if isinstance(question, InstantQuestion):
        return evaluate(question.query, series, [question.at.timestamp()], dialect)
    return _over(question, series, dialect)


def _over(question: RangeQuestion, series: list[Series], dialect: Dialect) -> list[Series] | Gap:
    if (count := points(question.window, question.step_seconds)) > MAX_POINTS:
        detail = f"{count} points a series are more than {MAX_POINTS}: ask for a longer step or a shorter window"
        return Gap(reason=GapReason.OUT_OF_RANGE, detail=detail)
    return evaluate(question.query, series, moments(question.window, question.step_seconds), dialect)


def existing(question: SeriesQuestion, series: list[Series], dialect: Dialect = Dialect.PROMETHEUS_3) -> list[Series]:
    """Label sets with at least one sample in the window, each once, in the order of their labels.

    A real Prometheus looks no closer than its chunks, so it may also name series that ended shortly before.
    """
    start, end = question.window.start.timestamp(), question.window.end.timestamp()
    found = {
        identity(one.labels): one.labels
        for selector in question.selectors
        for one in matching(selector, series, dialect)
        if any(start <= moment <= end for moment in one.times)
    }
    return [Series(labels=labels) for labels in sorted(found.values(), key=lambda labels: sorted(labels.items()))]


def points(window: Window, step_seconds: int) -> int:
    """How many moments a range question asks for. Raises ValueError for a window that ends before it starts."""
    start, end = milliseconds([window.start.timestamp(), window.end.timestamp()]).tolist()
    if end < start:
        raise ValueError(f"the window ends ({window.end.isoformat()}) before it starts ({window.start.isoformat()})")
    return int((end - start) // (step_seconds * 1000) + 1)


def moments(window: Window, step_seconds: int) -> list[float]:
    """Epoch seconds from the window's start (to the millisecond), one every step, none after its end."""
    start = int(milliseconds([window.start.timestamp()])[0])
    return [(start + number * step_seconds * 1000) / 1000 for number in range(points(window, step_seconds))]


def has_raw(query: Query) -> bool:
    """Whether a user's own PromQL is anywhere in the query."""
    match query:
        case Raw():
            return True
        case Aggregate() | Quantile():
            return has_raw(query.of)
        case Ratio():
            return has_raw(query.numerator) or has_raw(query.denominator)
        case Select() | Rate() | Increase():
            return False


def _frame(query: Query, stored: _Stored) -> Frame:
    match query:
        case Select():
            return newest(_selected(query, stored), stored.times, stored.dialect)
        case Increase():
            return _increase(query, stored)
        case Rate():
            grown = _increase(query, stored)
            return Frame(grown.labels, grown.values / query.window_seconds, grown.present)
        case Aggregate():
            return aggregate(query, _frame(query.of, stored))
        case Ratio():
            return ratio(query, _frame(query.numerator, stored), _frame(query.denominator, stored))
        case Quantile():
            return quantile(query.q, _frame(query.of, stored), stored.dialect)
        case Raw():
            raise ValueError("a PromQL text of one's own can be answered by a real Prometheus only")


def _increase(query: Rate | Increase, stored: _Stored) -> Frame:
    series = _selected(query.of, stored)
    return increase(series, stored.times, query.window_seconds, stored.dialect).nameless()


def _selected(select: Select, stored: _Stored) -> list[Series]:
    series = matching(select, stored.series, stored.dialect)
    if len({identity(one.labels) for one in series}) < len(series):
        raise ValueError(f"two stored series of {select.metric!r} have the same labels: store them as one")
    return series
