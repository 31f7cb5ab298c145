"""Samples onto a grid of times: the newest value (look-back) and the growth of counters in a window.

Called by `agent.reasoning.evaluate`. The arithmetic follows Prometheus' `extrapolatedRate`: growth
between the first and the last sample of the window, resets added back, stretched to the window's
edges where the next sample would have been near them, and never to below zero.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.model.query import Series
from agent.reasoning.dialect import Dialect
from agent.reasoning.frame import Flags, Frame, Values

LOOKBACK_MS = 300_000
"""Prometheus' default `--query.lookback-delta`."""

_NEAR = 1.1
"""A window's edge is near if it is at most this many average sample distances away (from `extrapolatedRate`)."""

Milliseconds = NDArray[np.int64]


@dataclass(frozen=True)
class Samples:
    """One stored series as arrays, in the order of time; Prometheus keeps times in whole milliseconds."""

    times: Milliseconds
    values: Values

    @classmethod
    def of(cls, series: Series) -> "Samples":
        """Convert; samples out of order are put in order."""
        times, values = milliseconds(series.times), np.asarray(series.values, dtype=np.float64)
        if times.size > 1 and bool((np.diff(times) < 0).any()):
            order = np.argsort(times, kind="stable")
            times, values = times[order], values[order]
        return cls(times, values)


def milliseconds(seconds: list[float]) -> Milliseconds:
    """Epoch seconds as whole milliseconds."""
    return np.rint(np.asarray(seconds, dtype=np.float64) * 1000).astype(np.int64)


def newest(series: list[Series], times: Milliseconds, dialect: Dialect) -> Frame:
    """At each time the newest sample that is not older than the look-back."""
    frame = _blank(series, times)
    for row, one in enumerate(series):
        samples = Samples.of(one)
        if not samples.times.size:
            continue
        place = np.searchsorted(samples.times, times, side="right") - 1
        found = np.maximum(place, 0)
        age = times - samples.times[found]
        fresh = age <= LOOKBACK_MS if dialect.closed else age < LOOKBACK_MS
        frame.values[row] = samples.values[found]
        frame.present[row] = (place >= 0) & fresh
    return frame


def increase(series: list[Series], times: Milliseconds, window_seconds: int, dialect: Dialect) -> Frame:
    """The counters' growth over the window that ends at each time; needs two samples in it. `times` must ascend."""
    frame = _blank(series, times)
    for row, one in enumerate(series):
        samples = Samples.of(one)
        if samples.times.size >= 2:  # noqa: PLR2004 - one sample shows no growth
            frame.values[row], frame.present[row] = _growth(samples, times, window_seconds * 1000, dialect)
    return frame


def _blank(series: list[Series], times: Milliseconds) -> Frame:
    shape = (len(series), times.size)
    return Frame([one.labels for one in series], np.zeros(shape), np.zeros(shape, dtype=bool))


def _growth(samples: Samples, times: Milliseconds, window: int, dialect: Dialect) -> tuple[Values, Flags]:
    start = np.searchsorted(samples.times, times - window, side="left" if dialect.closed else "right")
    stop = np.searchsorted(samples.times, times, side="right")
    enough = stop - start >= 2  # noqa: PLR2004 - one sample shows no growth
    first, last = np.where(enough, start, 0), np.where(enough, stop - 1, 1)
    grown = samples.values[last] - samples.values[first]
    _add_resets(grown, samples.values, start, stop)
    span = (samples.times[last] - samples.times[first]) / 1000
    distance = span / (last - first)
    gap = (samples.times[first] - (times - window)) / 1000
    before = _before(gap, distance, _to_zero(samples.values[first], grown, span), dialect)
    after = (times - samples.times[last]) / 1000
    after = np.where(after < distance * _NEAR, after, distance / 2)
    return grown * ((span + before + after) / span), enough


def _to_zero(first: Values, grown: Values, span: Values) -> Values:
    """Seconds before the first sample at which the counter was zero, had it always grown as fast."""
    projected: Values = span * (first / grown)
    return np.where((grown > 0) & (first >= 0), projected, np.inf)


def _before(gap: Values, distance: Values, to_zero: Values, dialect: Dialect) -> Values:
    """Seconds to stretch beyond the first sample: to the window's start, or half a distance, or to the zero."""
    near = distance * _NEAR
    if dialect.zero_before_gap:
        gap = np.where(to_zero < gap, to_zero, gap)
        return np.where(gap < near, gap, distance / 2)
    stretched = np.where(gap < near, gap, distance / 2)
    return np.where(to_zero < stretched, to_zero, stretched)


def _add_resets(grown: Values, values: Values, start: NDArray[np.intp], stop: NDArray[np.intp]) -> None:
    """Add what a counter had reached before each fall, to every window that holds both sides of it.

    Window bounds ascend, so those windows are one slice; a running total would lose small growth beside large resets.
    """
    for fall in np.flatnonzero(values[1:] < values[:-1]) + 1:
        begin = np.searchsorted(stop, fall, side="right")
        end = np.searchsorted(start, fall, side="left")
        grown[begin:end] += values[fall - 1]
