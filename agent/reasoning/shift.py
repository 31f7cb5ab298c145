"""When a measured course left its usual level: robust against noise and single spikes, up or down.

A CUSUM (Page, 1954) of deviations in robust standard deviations from the level of the first half.
Used by agent.reasoning.symptoms for what began when.
"""

from datetime import UTC, datetime

import numpy as np

from agent.model.record import Instant, Record
from agent.model.signal import Signal

SLACK, ALARM, MOST = 1.5, 8.0, 6.0
"""In standard deviations: what is tolerated at each point, the sum that raises the alarm, what one point may count."""

FEWEST = 6
FLOOR = 0.05
"""The standard deviation is taken for at least this share of the level and of the span: a flat course is not infinitely sharp."""


class Shift(Record):
    """A lasting change of level."""

    at: Instant
    up: bool
    before: float
    after: float

    @property
    def factor(self) -> float:
        """How many times the level before; large where it was zero."""
        low, high = sorted((abs(self.before), abs(self.after)))
        return min(high / low, 1e3) if low > 0 else 1e3 if high > 0 else 1.0


def shift(signal: Signal) -> Shift | None:
    """The latest lasting departure from the usual level, or None."""
    values, times = np.asarray(signal.values), signal.times
    if len(values) < FEWEST:
        return None
    usual = values[: max(len(values) // 2, FEWEST // 2)]
    level = float(np.median(usual))
    spread = 1.4826 * float(np.median(np.abs(usual - level)))
    span = float(values.max() - values.min())
    if span <= 1e-12:  # noqa: PLR2004 - a constant
        return None
    deviation = (values - level) / max(spread, FLOOR * abs(level), FLOOR * span)
    best = max(
        (found for sign in (1, -1) if (found := _excursion(sign * deviation)) is not None),
        key=lambda row: row[1],
        default=None,
    )
    if best is None:
        return None
    start = best[0]
    after = float(np.median(values[start:]))
    return Shift(at=datetime.fromtimestamp(times[start], UTC), up=bool(after > level), before=level, after=after)


def _excursion(deviation: np.ndarray) -> tuple[int, float] | None:
    """(where it began, how high it went) of the excursion that still lasts at the end, or nearly so."""
    total, began, highest, alarm = 0.0, 0, 0.0, None
    for index, value in enumerate(deviation):
        if total <= 0:
            began, highest = index, 0.0
        total = max(total + min(max(value, -MOST), MOST) - SLACK, 0.0)
        highest = max(highest, total)
        if total >= ALARM:
            alarm = (began, highest)
        elif total == 0 and alarm and alarm[0] == began:
            alarm = None  # it came back to normal
    return alarm
