"""Did the SLI recover after the action? Missing metrics never say yes."""

from enum import StrEnum

from agent.model.entity import ServiceRef
from agent.model.record import Instant, Record


class VerificationKind(StrEnum):
    """The three outcomes, and still looking."""

    WATCHING = "watching"  # the window has not passed
    RECOVERED = "recovered"
    NOT_RECOVERED = "not recovered"
    CANNOT_TELL = "cannot tell"


class Neighbour(Record):
    """Another service's SLO around the action; None where it could not be measured."""

    service: ServiceRef
    burn_before: float | None = None  # over a window as long, ending at the action
    burn_after: float | None = None
    events_before: float | None = None  # requests in the window
    events_after: float | None = None
    objective: float | None = None  # of that SLO: what share of its events is good


class Verification(Record):
    """Burn before the action and after it, over the playbook's window."""

    kind: VerificationKind
    since: Instant | None = None  # start of the measured window: end of the rollout plus propagation delay
    until: Instant | None = None
    burn_before: float | None = None
    burn_after: float | None = None
    events: float | None = None  # requests seen in the window
    reason: str
    evidence: list[str] = []
    neighbours: list[Neighbour] = []  # other SLOs nearby, before and after: what the action may have cost others
