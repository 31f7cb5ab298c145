"""What moved when the trouble began: every signal's change of level near the incident's start, and the services they belong to.

Called through `Facts.moved`. Asks no map: where nobody knows who calls whom, the service whose own
measurements moved furthest for the worse is the one to look at. Shifts are held to one moment, the one
that most of them agree on.
"""

from datetime import datetime, timedelta

import numpy as np

from agent.model.entity import ServiceRef
from agent.model.record import Record
from agent.model.signal import Signal, SignalKind
from agent.reasoning.changepoints import Shift, find, measure

EARLY = timedelta(minutes=30)
"""How long before an alert its cause may have begun to show."""

TOGETHER = 60.0
"""Seconds within which shifts count as one event: a few scrapes."""

NOTICED = 3.0
"""Robust deviations from which a shift is one."""

MATTERS = 0.1
"""A change of this share of the larger level counts half: significant is not yet large."""

CAP = 8.0
"""Logarithm of a size beyond which a signal has no more say about the moment."""


class Moved(Record):
    """A signal that left its level."""

    service: ServiceRef
    kind: SignalKind
    name: str
    shift: Shift
    series: int  # signals looked at in all: what chance is to be held against
    evidence: str = ""

    @property
    def worse(self) -> bool:
        """It moved in the direction that hurts, or in one of two that may."""
        return self.kind.harm in (0, self.shift.direction)

    @property
    def strength(self) -> float:
        """How far for the worse: the size's logarithm, discounted where the level hardly changed; 0 for the better."""
        if not self.worse:
            return 0.0
        relative = abs(self.shift.relative)
        part = float(np.log1p(abs(self.shift.size))) * relative / (relative + MATTERS)
        return part if self.kind.harm else part / 2

    def __str__(self) -> str:
        return f"{self.name} of {self.service.name} went from {self.shift.before:.4g} to {self.shift.after:.4g} at {self.shift.onset:%H:%M:%S}"


def moved(signals: list[Signal], started: datetime, anchor: datetime) -> list[Moved]:
    """Every signal that shifted at the moment most agree on, strongest first."""
    since, until = (min(started, anchor) - EARLY).timestamp(), anchor.timestamp()
    found = [(s, find(s.times, s.values, since=since, until=until, series=max(len(signals), 1))) for s in signals]
    at = moment([shift for _, shift in found if shift is not None])
    if at is None:
        return []
    rows = []
    for signal, own in found:
        shift = own if own and abs(own.onset.timestamp() - at) <= _slack(own) else None
        if shift is None and own is not None:
            shift = measure(signal.times, signal.values, at)
        if shift is not None and abs(shift.size) >= NOTICED:
            rows.append(
                Moved(
                    service=signal.service,
                    kind=signal.kind,
                    name=signal.name,
                    shift=shift,
                    series=len(signals),
                    evidence=signal.evidence,
                )
            )
    return sorted(rows, key=lambda row: (-row.strength, str(row.service), row.name))


def moment(shifts: list[Shift]) -> float | None:
    """The onset that the most shifts agree on, each counting by the logarithm of its size; the earliest of equals."""
    best, at = 0.0, None
    for one in sorted(shifts, key=lambda shift: shift.onset):
        near = [s for s in shifts if abs((s.onset - one.onset).total_seconds()) <= _slack(s)]
        agreed = sum(min(float(np.log1p(abs(s.size))), CAP) for s in near)
        if agreed > best + 1e-9:
            best, at = agreed, one.onset.timestamp()
    return at


def _slack(shift: Shift) -> float:
    return max(TOGETHER, shift.uncertain_seconds)


def by_service(rows: list[Moved]) -> dict[ServiceRef, list[Moved]]:
    """Strongest service first, each with its signals that moved for the worse, strongest first."""
    found: dict[ServiceRef, list[Moved]] = {}
    for row in rows:
        if row.strength > 0:
            found.setdefault(row.service, []).append(row)
    return found
