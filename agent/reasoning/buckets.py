"""Quantiles from classic histograms: PromQL's `histogram_quantile`, one column of counts a time.

Called by `agent.reasoning.evaluate`. Follows Prometheus' `bucketQuantile`: linear inside a bucket,
the first bucket starts at 0 if its bound is positive, counts are made to ascend, and the answer is NaN
without a +Inf bucket, with fewer than two buckets, or without observations.
"""

import math

import numpy as np
from numpy.typing import NDArray

from agent.reasoning.dialect import Dialect
from agent.reasoning.frame import Frame, Labels, Values, grouped

_BOUND = "le"


def quantile(q: float, frame: Frame, dialect: Dialect) -> Frame:
    """One row for each label set without `le` and the name; rows whose `le` is no number are passed over.

    Raises ValueError if histograms of two metrics would become one.
    """
    kept = [row for row, labels in enumerate(frame.labels) if not math.isnan(_bound(labels))]
    frame = Frame([frame.labels[row] for row in kept], frame.values[kept], frame.present[kept])
    groups = grouped(frame, lambda labels: {key: labels[key] for key in labels if key != _BOUND})
    values = np.zeros((len(groups), frame.values.shape[1]))
    present = np.zeros(values.shape, dtype=bool)
    for number, (_labels, rows) in enumerate(groups):
        present[number] = frame.present[rows].any(axis=0)
        values[number] = _histogram(q, frame, rows, dialect)
    return Frame([labels for labels, _rows in groups], values, present).nameless()


def _bound(labels: Labels) -> float:
    try:
        return float(labels.get(_BOUND, ""))
    except ValueError:
        return math.nan


def _histogram(q: float, frame: Frame, rows: list[int], dialect: Dialect) -> Values:
    """Buckets come and go: the columns that have the same ones are worked out together."""
    rows = sorted(rows, key=lambda row: _bound(frame.labels[row]))
    bounds = np.array([_bound(frame.labels[row]) for row in rows])
    found = np.full(frame.values.shape[1], np.nan)
    patterns, which = np.unique(frame.present[rows], axis=1, return_inverse=True)
    for number, there in enumerate(patterns.T):
        columns = np.flatnonzero(which.reshape(-1) == number)
        if there.any():
            counts = frame.values[np.ix_(np.array(rows)[there], columns)]
            found[columns] = _within(q, bounds[there], counts, dialect)
    return found


def _within(q: float, bounds: NDArray[np.float64], counts: Values, dialect: Dialect) -> Values:
    bounds, starts = np.unique(bounds, return_index=True)
    if not math.isinf(bounds[-1]) or bounds.size < 2:  # noqa: PLR2004 - +Inf alone says nothing
        return np.full(counts.shape[1], np.nan)
    counts = _ascending(np.add.reduceat(counts, starts, axis=0), dialect)
    rank = q * counts[-1]
    place = _first_reaching(rank, counts)
    columns = np.arange(counts.shape[1])
    below = np.where(place > 0, counts[place - 1, columns], 0.0)
    floor = np.where(place > 0, bounds[place - 1], 0.0)
    inside = floor + (bounds[place] - floor) * ((rank - below) / (counts[place, columns] - below))
    inside = np.where((place == 0) & (bounds[0] <= 0), bounds[0], inside)
    inside = np.where(place == bounds.size - 1, bounds[-2], inside)
    return np.where(counts[-1] == 0, np.nan, inside)


def _first_reaching(rank: Values, counts: Values) -> NDArray[np.intp]:
    """The bucket a rank falls into, the last one if none before reaches it.

    Halves its way there as Prometheus does, which matters only for counts that are NaN.
    """
    columns = np.arange(counts.shape[1])
    low = np.zeros(counts.shape[1], dtype=np.intp)
    high = np.full(counts.shape[1], counts.shape[0] - 1, dtype=np.intp)
    while (open_ := low < high).any():
        middle = (low + high) // 2
        reached = counts[middle, columns] >= rank
        high = np.where(open_ & reached, middle, high)
        low = np.where(open_ & ~reached, middle + 1, low)
    return low


def _ascending(counts: Values, dialect: Dialect) -> Values:
    """Cumulative counts that fall are lifted to what came before; where the dialect says so, rounding noise is levelled."""
    highest = counts[0]
    for bucket in counts[1:]:
        noise = np.abs(bucket - highest) < dialect.bucket_tolerance * (np.abs(bucket) + np.abs(highest))
        level = noise | (bucket < highest)
        bucket[level] = highest[level]
        rises = bucket > highest if dialect.nan_count_is_passed_over else ~level
        highest = np.where(rises, bucket, highest)
    return counts
