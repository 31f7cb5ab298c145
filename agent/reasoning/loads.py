"""Signals of one service on one grid of time bins, as amounts that add up along calls: seconds spent and requests failed.

Called by `agent.reasoning.origin`. A mean or a ratio times the requests behind it adds up: what a callee
spends is part of what its callers spend. Where requests are not measured every service counts as one.
"""

from collections import defaultdict
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from agent.model.record import Record
from agent.model.signal import Signal, SignalKind, Statistic

Values = NDArray[np.float64]


class Harm(StrEnum):
    """What can travel from callee to caller."""

    TIME = "time"  # latency
    FAILURES = "failures"  # errors, or what is missing from availability


class Bins(Record):
    """`count` bins of `width` seconds, the last ending at `end` (included)."""

    end: float
    width: float
    count: int

    def mean(self, times: list[float], values: list[float]) -> Values:
        """The mean of each bin's samples, NaN where there are none."""
        t, x = np.asarray(times), np.asarray(values)
        there = np.isfinite(x)
        places = self.count - 1 - np.floor((self.end - t) / self.width + 1e-9).astype(int)
        there &= (places >= 0) & (places < self.count)
        sums = np.bincount(places[there], weights=x[there], minlength=self.count)
        counts = np.bincount(places[there], minlength=self.count)
        with np.errstate(invalid="ignore"):
            return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


class Load(Record):
    """One service: how bad each event was, and how many there were, bin by bin."""

    model_config = {"arbitrary_types_allowed": True}

    badness: Values  # seconds an event, or the share of events that failed; NaN where nothing was measured
    events: Values
    signal: Signal  # what badness was read from


def loads(signals: list[Signal], harm: Harm, bins: Bins) -> dict[str, Load]:
    """By service name, every service that measures this harm."""
    of_service: defaultdict[str, list[Signal]] = defaultdict(list)
    for signal in signals:
        if not signal.peer:
            of_service[signal.service.name].append(signal)
    found = {}
    for name, mine in of_service.items():
        chosen = _failures(mine) if harm is Harm.FAILURES else _time(mine)
        if chosen is None:
            continue
        course = binned(chosen, bins)
        requests = next((s for s in mine if s.kind is SignalKind.TRAFFIC), None)
        events = np.nan_to_num(binned(requests, bins)) if requests else np.ones(bins.count)
        found[name] = Load(badness=_bad(chosen, course, events), events=events, signal=chosen)
    return found


def binned(signal: Signal, bins: Bins) -> Values:
    """The course in bins, with the days before where it does not reach back itself."""
    return bins.mean([*signal.earlier_times, *signal.times], [*signal.earlier_values, *signal.values])


def _time(signals: list[Signal]) -> Signal | None:
    """The mean, else the plain value, else the lowest quantile: in this order they come near to what adds up."""
    order = [Statistic.MEAN, Statistic.LEVEL, Statistic.QUANTILE]
    timed = [s for s in signals if s.kind is SignalKind.LATENCY and s.statistic in order]
    return min(timed, key=lambda s: (order.index(s.statistic), s.name), default=None)


def _failures(signals: list[Signal]) -> Signal | None:
    """Availability, else the server's own faults, else whatever else counts errors."""
    failed = [s for s in signals if s.kind in (SignalKind.AVAILABILITY, SignalKind.ERRORS)]
    return min(
        failed,
        key=lambda s: (
            s.kind is not SignalKind.AVAILABILITY,
            "server faults" not in s.name,
            s.statistic is not Statistic.RATIO,
            s.name,
        ),
        default=None,
    )


def _bad(signal: Signal, course: Values, events: Values) -> Values:
    if signal.kind is SignalKind.AVAILABILITY:
        whole = 100.0 if max(signal.values, default=0.0) > 1.5 else 1.0  # noqa: PLR2004 - percent or ratio
        return 1 - course / whole
    if signal.statistic in (Statistic.RATE, Statistic.LEVEL) and signal.kind is SignalKind.ERRORS:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(events > 0, course / events, np.nan)
    if signal.statistic is Statistic.RATIO and max(signal.values, default=0.0) > 1.5:  # noqa: PLR2004 - percent
        return course / 100
    return course
