"""When the errors began: a CUSUM over error counts (Page, 1954) against the normal level before.

Counts per interval are taken as Poisson with mean p·n; the statistic adds up the log-likelihood ratio
of the bad level against the normal one and restarts at zero. The onset is the likeliest start within
the excursion that raised the alarm, at the level the errors had come to by then.
"""

from datetime import UTC, datetime

import numpy as np

from agent.model.record import Instant, Record
from agent.reasoning.counting import Counts, Tally

ALARM = 10.0
"""Log-likelihood ratio that raises the alarm: e^10, about one false alarm in 20,000 intervals of a healthy service."""

CEILING = 60.0
"""The statistic goes no higher, so that it falls back to zero soon after a recovery."""

FLOOR = 1e-4
"""The lowest normal error ratio: with none seen at all, one bad event must not raise an alarm."""

BLOCKS = 12
EVENTS_NEEDED = 20
RECENT = 5
"""Intervals at the height of an excursion that tell its level."""


class Onset(Record):
    """When errors left their normal level, and both levels (error ratios, 0 to 1)."""

    at: Instant
    baseline: float
    level: Tally
    uncertain_seconds: float  # the length of one interval


def find_onset(counts: Counts, baseline: float | None = None) -> Onset | None:
    """The start of the latest excursion that raised an alarm, or None."""
    total, bad = counts.summed()
    if total.sum() < EVENTS_NEEDED:
        return None
    normal = max(baseline if baseline is not None else _baseline(total, bad), FLOOR)
    raised = max(3 * normal, normal + 0.2 * (_peak(total, bad) - normal))
    gain = bad * np.log(raised / normal) - total * (raised - normal)
    excursion = _latest_excursion(gain)
    if excursion is None:
        return None
    start = _likeliest_start(total, bad, normal, excursion)
    step = float(counts.times[1] - counts.times[0]) if len(counts.times) > 1 else 0.0
    at = datetime.fromtimestamp(float(counts.times[start]) - step, UTC)
    return Onset(at=at, baseline=normal, level=counts.tally(since=at), uncertain_seconds=step)


def _latest_excursion(gain: np.ndarray) -> tuple[int, int] | None:
    """The latest excursion above ALARM: the intervals in which it left zero and in which it was first at its highest."""
    statistic, highest, began, latest = 0.0, 0.0, 0, None
    for index, value in enumerate(gain):
        if statistic <= 0:
            began, highest = index, ALARM
        statistic = min(max(statistic + value, 0.0), CEILING)
        if statistic >= ALARM and (statistic > highest or latest is None or latest[0] != began):
            highest, latest = statistic, (began, index)
    return latest


def _likeliest_start(total: np.ndarray, bad: np.ndarray, normal: float, excursion: tuple[int, int]) -> int:
    """Where the level reached at the excursion's height most likely began: a stray bad event before it is no start."""
    first, last = excursion
    recent = slice(max(first, last - RECENT + 1), last + 1)
    level = max(bad[recent].sum() / max(total[recent].sum(), 1.0), 2 * normal)
    gain = bad[first : last + 1] * np.log(level / normal) - total[first : last + 1] * (level - normal)
    return first + int(np.argmax(np.cumsum(gain[::-1])[::-1]))


def _blocks(total: np.ndarray, bad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Events and bad events of about BLOCKS equal spans that had events."""
    served = total > 0  # a service that began an hour into the window has its healthy time in what it served
    pairs = zip(np.array_split(total[served], BLOCKS), np.array_split(bad[served], BLOCKS), strict=True)
    events, failed = np.array([(t.sum(), b.sum()) for t, b in pairs if t.sum() > 0]).T
    return events, failed


def _baseline(total: np.ndarray, bad: np.ndarray) -> float:
    """The error ratio of the blocks that agree with the lower quartile: robust while a quarter of the window was healthy.

    The quartile alone is too low where a block has few bad events: it lies 0.674 standard deviations below the mean.
    Half an event is added (Jeffreys' prior), for none seen in few events is not none at all.
    """
    events, failed = _blocks(total, bad)
    quartile, shift = float(np.quantile(failed / events, 0.25)), 0.674 / float(np.mean(events)) ** 0.5
    mean = ((shift + (shift**2 + 4 * quartile) ** 0.5) / 2) ** 2
    usual = failed / events <= quartile + 2 * np.sqrt(mean / events)
    return float((failed[usual].sum() + 0.5) / events[usual].sum())


def _peak(total: np.ndarray, bad: np.ndarray) -> float:
    events, failed = _blocks(total, bad)
    return float((failed / events).max())
