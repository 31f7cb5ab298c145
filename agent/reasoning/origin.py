"""Where in the call graph a degradation started: who is slow or failing by itself, and who only passes it on.

Called through `Facts.origin`. What adds up along calls (seconds spent, requests failed) is compared before
and since the trouble; the part that a service's callees do not account for is its own. Each service's own
part is held against what the same arithmetic gives in its past, so that a service that always wanders is
not blamed for it, and the alerting service's change against the largest its past holds, so that nothing is
blamed when nothing happened. Without a map, services are compared by the shifts of what they measure.
"""

import warnings
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from agent.model.record import Instant, Record
from agent.model.signal import Signal
from agent.reasoning.calls import Call
from agent.reasoning.changepoints import spread
from agent.reasoning.loads import Bins, Harm, Load, loads

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]

EARLY = timedelta(minutes=15)
"""An alert fires after the trouble begins: burn windows and `for:` are minutes."""

MOST_BINS = 24
FEWEST_PAST = 20
"""Windows of the past needed to know what is usual."""

UNUSUAL = 0.02
"""The share of past windows with as large a change, below which the alerting service's is beyond chance."""

TELLING = 3.0
"""Robust deviations from its own past that make a service's own part telling."""


LEAST = 1e-6
BOUNDED_FROM = 1.633
"""Standard deviations, at least this share of the change, and from how many on the bound on a tail holds."""


class Own(Record):
    """A service's own part in the trouble."""

    service: str
    harm: Harm
    excess: float  # more than before: seconds spent or requests failed, in all
    own: float  # of that, not accounted for by callees
    share: float  # own as a share of the alerting service's excess, at most 1
    unusual: float  # own in robust deviations of its past
    before: float  # seconds an event, or share failed
    since: float
    onset: Instant
    evidence: list[str] = []

    @property
    def explained(self) -> float:
        """The share of its excess that its callees account for."""
        return min(max(1 - self.own / self.excess, 0.0), 1.0) if self.excess > 0 else 0.0

    @property
    def weight(self) -> float:
        """How much of the trouble starts here, discounted where its past wanders as much."""
        return self.share * self.unusual / (self.unusual + TELLING) if self.unusual > 0 else 0.0


class Origin(Record):
    """What is known of where it started; `chance` is how often the past holds as large a change without an incident."""

    alerting: str
    harm: Harm
    onset: Instant
    chance: float
    excess: float
    bad: int  # bins of the alerting service that are bad
    parts: list[Own]  # heaviest first

    @property
    def beyond_chance(self) -> bool:
        """Whether there is anything to explain."""
        return self.chance <= UNUSUAL


def locate(
    signals: list[Signal], calls: list[Call], alerting: str, started: datetime, anchor: datetime
) -> list[Origin]:
    """For each harm that the alerting service measures, the clearest first."""
    mine = [signal for signal in signals if signal.service.name == alerting]
    bins = _bins(mine, started, anchor)
    if bins is None:
        return []
    callees = _callees(calls)
    scope = _reachable(callees, alerting)
    found = [
        origin
        for harm in Harm
        if (origin := _of(harm, loads(signals, harm, bins), callees, scope, alerting, bins, started)) is not None
    ]
    return sorted(found, key=lambda origin: (origin.chance, origin.harm))


def _bins(mine: list[Signal], started: datetime, anchor: datetime) -> Bins | None:
    steps = [float(np.median(np.diff(s.times))) for s in mine if len(s.times) > 1]
    if not steps:
        return None
    begin = (started - EARLY).timestamp()
    end = anchor.timestamp()
    width = max(min(steps), (end - begin) / MOST_BINS)
    earliest = min([*(s.times[0] for s in mine), *(s.earlier_times[0] for s in mine if s.earlier_times)])
    return Bins(end=end, width=width, count=max(int((end - earliest) / width) + 1, 1))


def _callees(calls: list[Call]) -> dict[str, set[str]]:
    found = defaultdict[str, set[str]](set)
    for call in calls:
        if call.caller.name != call.callee.name:
            found[call.caller.name].add(call.callee.name)
    return found


def _reachable(callees: dict[str, set[str]], start: str) -> set[str]:
    """The service and all it calls, directly or not."""
    seen, open_ = {start}, [start]
    while open_:
        for callee in callees.get(open_.pop(), ()):
            if callee not in seen:
                seen.add(callee)
                open_.append(callee)
    return seen


def _of(  # noqa: PLR0913, PLR0917 - everything about one harm
    harm: Harm,
    found: dict[str, Load],
    callees: dict[str, set[str]],
    scope: set[str],
    alerting: str,
    bins: Bins,
    started: datetime,
) -> Origin | None:
    if alerting not in found:
        return None
    size = _window(bins, started)
    load = found[alerting]
    pattern = split(load.badness[-size:])
    if pattern is None:
        return None
    sampled = _sampled(load, pattern)
    excess = {name: _excesses(one, pattern) * sampled for name, one in found.items() if name in scope}
    own = {name: _own(name, excess, callees) for name in excess}
    total = float(excess[alerting][-1])
    onset = _time_of(bins, size, pattern)
    parts = [_part(name, harm, found[name], pattern, excess[name], own[name], total, onset) for name in excess]
    return Origin(
        alerting=alerting,
        harm=harm,
        onset=onset,
        chance=_chance(load, size, total),
        excess=total,
        bad=int(pattern.sum()),
        parts=sorted(parts, key=lambda part: (-part.weight, -part.own, part.service)),
    )


def _window(bins: Bins, started: datetime) -> int:
    begin = (started - EARLY).timestamp()
    return min(int((bins.end - begin) / bins.width) + 1, bins.count)


def split(values: Values) -> Flags | None:
    """Which bins are bad: the upper class of the split in two that leaves the least variance (Otsu, 1979)."""
    known = np.sort(values[np.isfinite(values)])
    n = len(known)
    if n < 3 or known[0] == known[-1]:  # noqa: PLR2004 - two classes, one of more than one
        return None
    k = np.arange(1, n)
    sums = np.cumsum(known)
    between = k * (n - k) * (sums[:-1] / k - (sums[-1] - sums[:-1]) / (n - k)) ** 2
    place = int(np.argmax(between))
    with np.errstate(invalid="ignore"):
        bad: Flags = values > (known[place] + known[place + 1]) / 2
    return bad


def _excesses(load: Load, pattern: Flags) -> Values:
    """For each window as long as the pattern, ending at each bin, the events' excess in the pattern's bad bins."""
    size = len(pattern)
    if len(load.badness) < size:
        return np.zeros(1)
    worse = np.lib.stride_tricks.sliding_window_view(load.badness, size)
    events = np.lib.stride_tricks.sliding_window_view(load.events, size)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # windows without a sample are NaN, as they should be
        level = np.nanmedian(worse[:, ~pattern], axis=1)
    above = worse[:, pattern] - level[:, None]
    total: Values = np.nansum(np.where(np.isfinite(above), above * events[:, pattern], 0.0), axis=1)
    return total


def _sampled(load: Load, pattern: Flags) -> Values:
    """For the same windows, how many bad bins there would be for each that was measured: days back, samples are rarer."""
    known = np.lib.stride_tricks.sliding_window_view(np.isfinite(load.badness), len(pattern))[:, pattern].sum(axis=1)
    weights: Values = pattern.sum() / np.maximum(known, 1)
    return weights


def _own(name: str, excess: dict[str, Values], callees: dict[str, set[str]]) -> Values:
    """Its excess less that of whom it calls; in a cycle only a callee with the larger excess explains."""
    own = excess[name].copy()
    for callee in callees.get(name, ()):
        if callee not in excess:
            continue
        theirs = np.maximum(excess[callee], 0.0)
        if name in _reachable(callees, callee):
            theirs = np.where(theirs > excess[name], theirs, 0.0)
        own -= theirs
    return own


def _part(  # noqa: PLR0913, PLR0917 - the columns of one row
    name: str,
    harm: Harm,
    load: Load,
    pattern: Flags,
    excess: Values,
    own: Values,
    total: float,
    onset: datetime,
) -> Own:
    last = load.badness[-len(pattern) :]
    return Own(
        service=name,
        harm=harm,
        excess=float(excess[-1]),
        own=float(own[-1]),
        share=float(np.clip(own[-1] / total, 0.0, 1.0)) if total > 0 else 0.0,
        unusual=_unusual(own, len(pattern), total),
        before=_level(last[~pattern]),
        since=_level(last[pattern]),
        onset=onset,
        evidence=[load.signal.evidence] if load.signal.evidence else [],
    )


def _unusual(own: Values, size: int, total: float) -> float:
    past = own[: max(len(own) - size, 0)]
    if len(past) < FEWEST_PAST:
        return TELLING if own[-1] > 0 else 0.0
    low, high = np.quantile(past, [0.025, 0.975])
    noise = max(spread(past), float(high - low) / 3.92, 0.01 * abs(total), 1e-300)
    return float((own[-1] - np.median(past)) / noise)


def _chance(load: Load, size: int, total: float) -> float:
    """The share of past windows in which the worst bins, chosen the same way, are as much worse than the rest.

    Few windows cannot show a small share: then a bound that holds for every distribution with one peak
    may (Vysochanskij and Petunin, 1980).
    """
    past = load.badness[: len(load.badness) - size]
    found = [
        _largest(past[begin : begin + size], load.events[begin : begin + size])
        for begin in range(len(past) - size + 1)
        if np.isfinite(past[begin : begin + size]).any()
    ]
    if len(found) < FEWEST_PAST:
        return 0.0 if total > 0 else 1.0
    values = np.array(found)
    share = (int((values >= total).sum()) + 1) / (len(values) + 1)
    if total <= 0:
        return share
    far = float(
        (total - values.mean()) / max(float(values.std()), LEAST * total)
    )  # a past without any change has no spread
    return min(share, 4 / (9 * far**2)) if far > BOUNDED_FROM else share


def _largest(badness: Values, events: Values) -> float:
    """The excess of a window's bad bins, as if all of its bins had been measured."""
    pattern = split(badness)
    if pattern is None:
        return 0.0
    above = float(((badness[pattern] - _level(badness[~pattern])) * events[pattern]).sum())
    return above * len(badness) / int(np.isfinite(badness).sum())


def _level(values: Values) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else 0.0


def _time_of(bins: Bins, size: int, pattern: Flags) -> datetime:
    first = int(np.argmax(pattern))
    return datetime.fromtimestamp(bins.end - (size - first) * bins.width, UTC)
