"""Many series on one grid of times: what the evaluator passes from operator to operator.

A value that is not there differs from a value that is NaN, so every value has a flag beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.model.query import Aggregate, AggregateOp, Ratio, Series

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
Labels = dict[str, str]
NAME = "__name__"


@dataclass(frozen=True)
class Frame:
    """Label sets, and for each one row of `values` and of `present` (whether there is a value), one column a time."""

    labels: list[Labels]
    values: Values
    present: Flags

    def series(self, times: list[float]) -> list[Series]:
        """Rows with at least one value as records, in the order of their labels."""
        moments = np.asarray(times, dtype=np.float64)
        rows = [
            Series(labels=labels, times=moments[there].tolist(), values=values[there].tolist())
            for labels, values, there in zip(self.labels, self.values, self.present, strict=True)
            if there.any()
        ]
        return sorted(rows, key=lambda row: sorted(row.labels.items()))

    def nameless(self) -> "Frame":
        """Without the metric's name, and without rows that have no value. Raises ValueError if two rows become one."""
        kept = np.flatnonzero(self.present.any(axis=1))
        labels = [{key: value for key, value in self.labels[row].items() if key != NAME} for row in kept]
        seen = {identity(one) for one in labels}
        if len(seen) < len(labels):
            raise ValueError(
                "two series differ in nothing but the metric's name, which this operator drops: select one metric"
            )
        return Frame(labels, self.values[kept], self.present[kept])


def identity(labels: Labels) -> frozenset[tuple[str, str]]:
    """What makes two label sets the same; an empty value is an absent label."""
    return frozenset((key, value) for key, value in labels.items() if value)


def grouped(frame: Frame, key: Callable[[Labels], Labels]) -> list[tuple[Labels, list[int]]]:
    """The rows of each group, and the labels that `key` gives them all."""
    groups: dict[frozenset[tuple[str, str]], tuple[Labels, list[int]]] = {}
    for row, labels in enumerate(frame.labels):
        mine = key(labels)
        groups.setdefault(identity(mine), (mine, []))[1].append(row)
    return list(groups.values())


def aggregate(query: Aggregate, frame: Frame) -> Frame:
    """One row for each combination of the `by` labels; a label that no series has is left out."""
    groups = grouped(frame, lambda labels: {name: labels[name] for name in query.by if labels.get(name)})
    values = np.zeros((len(groups), frame.values.shape[1]))
    present = np.zeros(values.shape, dtype=bool)
    for number, (_labels, rows) in enumerate(groups):
        there = frame.present[rows]
        values[number] = _folded(query.op, frame.values[rows], there)
        present[number] = there.any(axis=0)
    return Frame([labels for labels, _rows in groups], values, present)


def _folded(op: AggregateOp, values: Values, there: Flags) -> Values:
    """One value a column. min and max pass over NaN unless there is nothing else, the others do not."""
    count: Values = there.sum(axis=0).astype(np.float64)
    total: Values = np.where(there, values, 0.0).sum(axis=0)
    match op:
        case AggregateOp.COUNT:
            return count
        case AggregateOp.SUM:
            return total
        case AggregateOp.AVG:
            return total / np.maximum(count, 1)
        case AggregateOp.MIN:
            return _extreme(values, there, np.inf, np.fmin)
        case AggregateOp.MAX:
            return _extreme(values, there, -np.inf, np.fmax)


def _extreme(values: Values, there: Flags, neutral: float, pick: np.ufunc) -> Values:
    picked: Values = pick.reduce(np.where(there, values, neutral), axis=0)
    only_nan = (~there | np.isnan(values)).all(axis=0)
    return np.where(only_nan, np.nan, picked)


def ratio(query: Ratio, numerator: Frame, denominator: Frame) -> Frame:
    """The quotient over the denominator's rows, as `(n or d * 0) / d` would have it.

    So 0/0 is NaN, and a missing numerator over NaN or an infinity is NaN too.
    """
    above, below = numerator.nameless(), denominator.nameless()
    places = {identity(labels): row for row, labels in enumerate(above.labels)}
    values = below.values * 0
    for row, labels in enumerate(below.labels):
        if (place := places.get(identity(labels))) is not None:
            values[row] = np.where(above.present[place], above.values[place], values[row])
    values = values / below.values
    return Frame(below.labels, 1 - values if query.complement else values, below.present)
