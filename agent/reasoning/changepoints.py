"""When and how far a measured course left its level, by robust statistics of numpy alone.

Called by `agent.reasoning.origin` and the detectors for every signal of an incident. A CUSUM over
winsorised values finds where the level changed (Page, 1954); the size is told in robust standard
deviations of the level before. Samples that follow each other count as fewer, so that slow wandering
raises no alarm; the threshold grows with the number of places and of series looked at, so that looking
at many does not either; what every earlier day did at the same hour is no shift.
"""

from datetime import UTC, datetime
from math import log1p, sqrt

import numpy as np
from numpy.typing import NDArray

from agent.model.record import Instant, Record

Values = NDArray[np.float64]

FALSE_ALARMS = 0.05
"""Shifts expected by chance among all series of one look."""

FEWEST = 6
SPLITS = 3
"""Up to seven changes of level are told apart in a course."""

SUPPORT = 2
"""Samples the later level needs: one alone is a spike."""

QUANTUM = 0.001
"""Noise is at least this share of the course's own range: a constant that changes is a thousand times its noise, not infinite."""

CLIP = 5.0
"""Robust deviations beyond which a value counts no further."""

DAY = 86400.0
LARGEST = 1e100


class Shift(Record):
    """A change of level; `size` is signed, in robust standard deviations of the level before."""

    onset: Instant
    direction: int  # 1 up, -1 down
    size: float
    before: float
    after: float
    support: int  # samples at the later level
    chance: float  # expected number of such shifts in a course where nothing happens
    uncertain_seconds: float  # since the last sample at the earlier level

    @property
    def relative(self) -> float:
        """The change as a share of the larger level: from -1 to 1 for values of one sign."""
        return (self.after - self.before) / max(abs(self.after), abs(self.before), 1e-300)


def find(
    times: list[float],
    values: list[float],
    *,
    since: float | None = None,
    until: float | None = None,
    series: int = 1,
) -> Shift | None:
    """The latest change of level (with `since` or `until`: among those in between), or None; `series` are looked at in all."""
    t, x = finite(times, values)
    place, first = _latest(t, x, since, until, series)
    return _shift(t, x, first=first, place=place) if place is not None else None


def measure(times: list[float], values: list[float], at: float) -> Shift | None:
    """The change of level at a known moment, whatever its size; None without samples on both sides."""
    t, x = finite(times, values)
    place = int(np.searchsorted(t, at))
    if place < SUPPORT or len(x) - place < 1:
        return None
    return _shift(t, x, first=0, place=place)


def rates(times: list[float], values: list[float]) -> tuple[list[float], list[float]]:
    """A counter's growth per second between its samples; a reset leaves a gap."""
    t, x = finite(times, values)
    if len(x) < SUPPORT:
        return [], []
    steps, spans = np.diff(x), np.diff(t)
    there = (steps >= 0) & (spans > 0)
    return t[1:][there].tolist(), (steps[there] / spans[there]).tolist()


def finite(times: list[float], values: list[float]) -> tuple[Values, Values]:
    """Samples that are numbers; times ascend."""
    t, x = np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        there = np.abs(x) < LARGEST  # neither NaN nor so large that squares overflow
    return t[there], x[there]


def spread(values: Values) -> float:
    """Robust standard deviation: from the median absolute deviation, from the quartiles where that is nothing."""
    if values.size == 0:
        return 0.0
    ordered = np.sort(values)
    mad = 1.4826 * median(np.sort(np.abs(ordered - median(ordered))))
    return mad or (_quantile(ordered, 0.75) - _quantile(ordered, 0.25)) / 1.349


def median(ordered: Values) -> float:
    """The middle of sorted values; numpy's own takes ten times as long on a few dozen, and this runs thousands of times."""
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def _quantile(ordered: Values, share: float) -> float:
    """Of sorted values, between the nearest two in proportion."""
    place = share * (len(ordered) - 1)
    low = int(place)
    part, rest = float(ordered[low]), place - low
    return part + (float(ordered[low + 1]) - part) * rest if rest else part


def _latest(t: Values, x: Values, since: float | None, until: float | None, series: int) -> tuple[int | None, int]:
    """Index of the latest change in between, and of the start of the level it ended."""
    low = int(np.searchsorted(t, since)) if since is not None else 0
    high = int(np.searchsorted(t, until, side="right")) if until is not None else len(t)
    threshold = float(np.sqrt(2 * np.log(max(len(x) * series / FALSE_ALARMS, 2.0))))
    level, place = 0, None
    while len(x) - (place or 0) >= FEWEST:
        first = place or 0
        found = _best(x[first:], low - first, high - first, threshold)
        if found is None:
            break
        level, place = first, first + found
    return (place, level) if place is not None else _unmasked(x, low, high, threshold)


def _best(x: Values, low: int, high: int, threshold: float) -> int | None:
    """Where the level changed most, if that is beyond chance."""
    inside = np.zeros(len(x), dtype=bool)
    inside[max(low, SUPPORT) : max(min(high, len(x) - SUPPORT + 1), 0)] = True
    if not inside.any():
        return None
    y = _winsorised(x)
    place = int(np.argmax(np.where(inside, _scores(y), -1.0)))
    return place if _deviate(x, place, y) >= threshold else None


def _unmasked(x: Values, low: int, high: int, threshold: float) -> tuple[int | None, int]:
    """The same where several steps hide each other.

    Places are proposed by splitting in two again and again, then the least certain is dropped, each held
    against its neighbours, until all that are left are beyond chance.
    """
    places = sorted(_places(x, 0, len(x), SPLITS))
    known: dict[tuple[int, int, int], float] = {}  # who loses no neighbour stays as certain
    while places:
        edges = [0, *places, len(x)]
        asked = [*zip(edges, places, edges[2:], strict=False)]
        known.update({(a, at, b): _deviate(x[a:b], at - a) for a, at, b in asked if (a, at, b) not in known})
        certain = [known[one] for one in asked]
        worst = int(np.argmin(certain))
        if certain[worst] >= threshold:
            break
        del places[worst]
    inside = [number for number, place in enumerate(places) if low <= place < high]
    if not inside:
        return None, 0
    return places[inside[-1]], places[inside[-1] - 1] if inside[-1] > 0 else 0


def _places(x: Values, low: int, high: int, depth: int) -> list[int]:
    """Where the level of x[low:high] most likely changed, and the same for both sides."""
    if depth == 0 or high - low < FEWEST:
        return []
    score = _scores(_winsorised(x[low:high]))[SUPPORT : high - low - SUPPORT + 1]
    place = low + SUPPORT + int(np.argmax(score))
    return [*_places(x, low, place, depth - 1), place, *_places(x, place, high, depth - 1)]


def _scores(y: Values) -> Values:
    """For each index k the difference of the means before and from k on, in units that compare the places of one course."""
    n, k = len(y), np.arange(1, len(y))
    sums = np.cumsum(y)[:-1]
    gap = np.abs((sums[-1] + y[-1] - sums) / (n - k) - sums / k)
    return np.concatenate([[0.0], gap * np.sqrt(k * (n - k) / n)])


def _winsorised(x: Values) -> Values:
    width = CLIP * max(spread(x), spread(np.diff(x)) / sqrt(2), QUANTUM * _range(x))
    middle = median(np.sort(x))
    return np.minimum(np.maximum(x, middle - width), middle + width)


def _range(x: Values) -> float:
    return float(x.max() - x.min())


def _deviate(x: Values, place: int, winsorised: Values | None = None) -> float:
    """The difference between both sides of a place as a standard normal deviate, were nothing to happen there.

    Noise is what is left on both sides; samples that follow each other (lag-1 correlation) count as fewer.
    """
    y = _winsorised(x) if winsorised is None else winsorised
    n, earlier, later = len(y), y[:place].mean(), y[place:].mean()
    left = y.copy()
    left[:place] -= earlier
    left[place:] -= later
    squares = float((left**2).sum())
    variance = max(squares / (n - 2), (QUANTUM * _range(x)) ** 2)
    lag = float((left[1:] * left[:-1]).sum()) / max(squares, 1e-300)
    # the estimate of the lag falls short by about (1 + 4 lag) / n
    follows = min(max(lag + (1 + 4 * max(lag, 0.0)) / n, 0.0), 0.95)
    fewer = (1 - follows) / (1 + follows)
    gap = abs(float(later - earlier))
    score = gap / sqrt(variance * n / (place * (n - place)) / fewer) if variance > 0 else 0.0
    freedom = max((n - 2) * fewer, 1.0)
    return sqrt(freedom * log1p(score**2 / freedom))  # Student's t as a normal deviate (Wallace, 1959)


def _shift(t: Values, x: Values, *, first: int, place: int) -> Shift:
    earlier, later = x[first:place], x[place:]
    before, after = float(np.median(earlier)), float(np.median(later))
    step = after - before - _usual_step(t, x, place)
    noise = max(spread(earlier), QUANTUM * _range(x), 1e-300)
    score = _deviate(x, place)
    return Shift(
        onset=datetime.fromtimestamp(float(t[place]), UTC),
        direction=1 if after >= before else -1,
        size=float(np.clip(step / noise, -1 / QUANTUM, 1 / QUANTUM)),
        before=before,
        after=after,
        support=len(later),
        chance=min(1.0, len(x) * float(np.exp(-(score**2) / 2))),
        uncertain_seconds=float(t[place] - t[place - 1]),
    )


def _usual_step(t: Values, x: Values, place: int) -> float:
    """The step that earlier days made at this hour: the median over those days, 0 where there are none."""
    at, end = t[place], t[-1]
    span = max(end - at, t[place] - t[place - 1])
    steps = []
    for day in range(1, int((at - t[0]) // DAY) + 1):
        moment = at - day * DAY
        earlier = x[(t >= moment - span) & (t < moment)]
        later = x[(t >= moment) & (t <= moment + span)]
        if len(earlier) >= 1 and len(later) >= 1:
            steps.append(float(np.median(later) - np.median(earlier)))
    return float(np.median(steps)) if steps else 0.0
