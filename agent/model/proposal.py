"""A question to a person, its exact digest, and the answer bound to it."""

from enum import StrEnum

from agent.model.action import Action, TargetState
from agent.model.playbook import VerificationPlan
from agent.model.record import Instant, Record, digest
from agent.model.safety import SafetyCheck


class Proposal(Record):
    """One action with everything a person needs to decide; the digest covers all that would be done."""

    incident_id: str
    hypothesis: str
    playbook: str
    action: Action
    undo: Action | None
    undo_on_failure: bool = True
    before: TargetState
    diff: str
    blast_radius: str
    reason: str  # citing evidence
    verification: VerificationPlan
    warnings: list[str] = []
    checks: list[SafetyCheck] = []
    asked_at: Instant
    expires_at: Instant

    @property
    def digest(self) -> str:
        """What an approval is bound to: action, undo, target as observed, verification, for this incident."""
        return digest(self.incident_id, self.action, self.undo, self.undo_on_failure, self.before, self.verification)


class DecisionKind(StrEnum):
    """The answer."""

    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"  # nobody answered in time


class Decision(Record):
    """One answer to one proposal, used once."""

    incident_id: str
    digest: str
    kind: DecisionKind
    by: str
    channel: str  # cli, http, policy, clock, …
    reason: str = ""
    at: Instant


class PermissionKind(StrEnum):
    """What the guard says."""

    ALLOWED = "allowed"  # act alone
    ASK = "ask"  # a person must approve
    REFUSED = "refused"  # not even when asked


class Permission(Record):
    """The guard's answer with the rule that decided."""

    kind: PermissionKind
    rule: str
    reason: str
