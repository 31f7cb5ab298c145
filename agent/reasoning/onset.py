"""When the errors began: a CUSUM over error counts (Page, 1954) against the normal level before.

Counts per interval are taken as Poisson with mean p·n; the statistic adds up the log-likelihood ratio
of the bad level against the normal one and restarts at zero. The onset is where it last left zero.
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
    start = _steepest(total, bad, normal, excursion)
    step = float(counts.times[1] - counts.times[0]) if len(counts.times) > 1 else 0.0
    at = datetime.fromtimestamp(float(counts.times[start]) - step, UTC)
    return Onset(at=at, baseline=normal, level=counts.tally(since=at), uncertain_seconds=step)


def _latest_excursion(gain: np.ndarray) -> tuple[int, int] | None:
    """Intervals of the latest excursion above ALARM: where it left zero, where it was highest."""
    statistic, began, latest, peak = 0.0, 0, None, 0.0
    for index, value in enumerate(gain):
        if statistic <= 0:
            began = index
        statistic = min(max(statistic + value, 0.0), CEILING)
        if statistic >= ALARM:
            peak = statistic if latest is None or latest[0] != began else max(peak, statistic)
            latest = (began, index) if statistic >= peak else latest
    return latest


def _steepest(total: np.ndarray, bad: np.ndarray, normal: float, excursion: tuple[int, int]) -> int:
    """The likeliest start within an excursion, now that its level is known: a stray error before it is no start."""
    first, last = excursion
    span = slice(first, last + 1)
    level = max(
        bad[last - min(last - first, 4) : last + 1].sum() / max(total[last - min(last - first, 4) : last + 1].sum(), 1),
        2 * normal,
    )
    gain = bad[span] * np.log(level / normal) - total[span] * (level - normal)
    return first + int(np.argmax(np.cumsum(gain[::-1])[::-1]))


def _blocks(total: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """Error ratios of about BLOCKS equal spans that had events."""
    pairs = zip(np.array_split(total, BLOCKS), np.array_split(bad, BLOCKS), strict=True)
    return np.array([b.sum() / t.sum() for t, b in pairs if t.sum() > 0])


def _baseline(total: np.ndarray, bad: np.ndarray) -> float:
    """The lower quartile of the blocks: robust as long as a quarter of the window was healthy.

    A quartile lies below the mean by 0.674 standard deviations; with few events that is most of it, so it is put back.
    """
    quartile = float(np.quantile(_blocks(total, bad), 0.25))
    shift = 0.674 * (BLOCKS / total.sum()) ** 0.5
    return ((shift + (shift**2 + 4 * quartile) ** 0.5) / 2) ** 2


def _peak(total: np.ndarray, bad: np.ndarray) -> float:
    return float(_blocks(total, bad).max())
