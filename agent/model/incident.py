"""One degradation of one service: the LangGraph thread, from first alert to memory."""

from enum import StrEnum
from typing import Self

from agent.model.alert import Alert
from agent.model.entity import ServiceRef
from agent.model.record import Instant, Record
from agent.model.slo import Severity


class Phase(StrEnum):
    """Where the incident is."""

    TRIAGE = "triage"  # who is it, how fast does it burn, what do we remember
    GATHER = "gather"  # asking metrics, cluster, logs, changes
    HYPOTHESIZE = "hypothesize"  # findings become suspects
    EXAMINE = "examine"  # suspects are tested
    PROPOSE = "propose"  # a playbook is fitted and previewed
    WAITING = "waiting"  # a person is asked
    ACT = "act"  # the approved action is being applied
    VERIFY = "verify"  # watching the burn rate
    UNDO = "undo"  # it did not help: taking it back
    ESCALATE = "escalate"  # handing over to a person
    CLOSED = "closed"  # remembered

    def closed(self) -> bool:
        """Nothing more will happen to it."""
        return self is Phase.CLOSED


class Resolution(StrEnum):
    """How an incident ended for us."""

    RECOVERED = "recovered"  # acted, and the burn fell
    HANDED_OVER = "handed_over"  # a person has to go on: inconclusive, denied, expired, not recovered
    ADVISED = "advised"  # cause confirmed, nothing of ours to do (or not allowed to)
    HELD = "held"  # a dry run: said what would have been done; re-fires are held
    NOISE = "noise"  # nothing burns, or the alert had resolved before we looked


class Incident(Record):
    """What correlation made of alerts; `unresolved` says what could not be resolved, and why."""

    id: str
    service: ServiceRef | None
    title: str
    severity: Severity
    started_at: Instant  # of the earliest alert
    opened_at: Instant  # when we saw it
    alerts: list[Alert]
    unresolved: str = ""
    phase: Phase = Phase.TRIAGE
    closed_at: Instant | None = None
    resolution: Resolution | None = None
    taken_by: str = ""  # a person is on it: nothing is proposed or done until it is handed back
    taken_at: Instant | None = None

    @property
    def firing(self) -> bool:
        """At least one of its alerts has not resolved."""
        return any(alert.status == "firing" for alert in self.alerts)

    def entered(self, phase: Phase) -> Self:
        """The incident in that phase; a closed one stays closed, whoever comes late."""
        return self if self.phase.closed() else self.evolve(phase=phase)

    def ended(self, at: Instant, resolution: Resolution, unresolved: str | None = None) -> Self:
        """The incident closed; the first end stays, whoever comes late."""
        if self.phase.closed():
            return self
        why = self.unresolved if unresolved is None else unresolved
        return self.evolve(phase=Phase.CLOSED, closed_at=at, resolution=resolution, unresolved=why)
