"""A question to a person, its exact digest, and the answer bound to it."""

from enum import StrEnum

from pydantic import Field

from agent.model.action import Action, Restart, TargetState
from agent.model.entity import Entity
from agent.model.playbook import VerificationPlan
from agent.model.record import Instant, Record, digest
from agent.model.safety import SafetyCheck


class DecisionKind(StrEnum):
    """The answer."""

    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"  # nobody answered in time


class Narrowed(Record):
    """Less than was asked for, as an approval allowed it: the smaller action with the preview that was made of it."""

    action: Action
    undo: Action | None
    diff: str
    blast_radius: str
    warnings: list[str] = []


class Decision(Record):
    """One answer to one proposal, used once."""

    incident_id: str
    digest: str
    kind: DecisionKind
    by: str  # a name for people to read; decides nothing
    channel: str  # cli, http, policy, clock, …
    reason: str = ""
    at: Instant
    identity: str = ""  # who, as the channel proved it (agent.model.identity); empty: nobody proved it
    person: str = ""  # whom the two-person rule counts: several identities may be one person
    narrowed: Narrowed | None = None
    awaits: int = 0  # so many more people have to approve before it counts; as the store answered

    @property
    def who(self) -> str:
        """The name with the identity behind it, so that a claimed name is never taken for a proven one."""
        if not self.identity or self.identity.partition(":")[2] == self.by:
            return f"{self.by} ({self.identity.partition(':')[0] or self.channel})"
        return f"{self.by} ({self.identity})"


class Part(Record):
    """One action of a proposal, its way back, and its target as it was when the question was asked."""

    action: Action
    undo: Action | None
    before: TargetState


class Proposal(Record):
    """One action, and what follows it, with everything a person needs to decide; the digest covers all that would be done."""

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
    approvals_needed: int = Field(default=1, ge=1)  # by so many different people
    roles: list[str] | None = None  # only approvers called so may approve; None: all who may at all
    approvals: list[Decision] = []  # given so far, while more are needed
    place: list[Entity] = []  # the target and what is one place with it: no other incident acts there meanwhile
    attempt: int = 0  # questions of this incident that were overtaken by a change before they could be acted on
    changed: str = ""  # what is different from the question before this one
    narrowed_from: str = ""  # digest of the question whose approval allowed only this much
    then: list[Part] = []  # done after the action, in this order, each only when the one before it is done

    @property
    def parts(self) -> list[Part]:
        """All that would be done, in order."""
        return [Part(action=self.action, undo=self.undo, before=self.before), *self.then]

    @property
    def back(self) -> list[int]:
        """The numbers of the parts that can be taken back, in the order in which that is done.

        The last done is the first undone, but pods are restarted when all that they read is as it was.
        """
        parts = self.parts
        reversible = [n for n in reversed(range(len(parts))) if parts[n].undo is not None]
        return sorted(reversible, key=lambda n: isinstance(parts[n].undo, Restart) and len(parts) > 1)

    @property
    def what(self) -> str:
        """All that would be done, in words."""
        return ", then ".join(str(part.action) for part in self.parts)

    @property
    def way_back(self) -> str:
        """How it is taken back, in words; "" where there is no way back."""
        return ", then ".join(str(self.parts[n].undo) for n in self.back)

    @property
    def digest(self) -> str:
        """What an approval is bound to: action, undo, target as observed, verification, for this incident.

        What came later is only part of it where it says something: questions asked by earlier versions keep theirs.
        """
        later: dict[str, object] = {"attempt": self.attempt, "narrowed_from": self.narrowed_from}
        later["then"] = [part.model_dump(mode="json") for part in self.then]
        said = [{name: value} for name, value in later.items() if value]
        return digest(
            self.incident_id, self.action, self.undo, self.undo_on_failure, self.before, self.verification, *said
        )

    def allowed_by(self, decision: Decision) -> "Proposal":
        """What the decision allows of this question: all of it, or the narrower part it names."""
        if decision.narrowed is None:
            return self
        less = decision.narrowed
        return self.evolve(
            action=less.action,
            undo=less.undo,
            diff=less.diff,
            blast_radius=less.blast_radius,
            warnings=less.warnings,
            narrowed_from=self.digest,
        )

    def covered_by(self, decision: Decision) -> bool:
        """Whether exactly this was approved."""
        if decision.kind is not DecisionKind.APPROVED or decision.incident_id != self.incident_id:
            return False
        if decision.narrowed is None:
            return not self.narrowed_from and decision.digest == self.digest
        same = (decision.narrowed.action, decision.narrowed.undo) == (self.action, self.undo)
        return same and decision.digest == self.narrowed_from

    def counting(self, decision: Decision) -> "Proposal":
        """The question with this approval among those given, where several are needed."""
        if decision.kind is not DecisionKind.APPROVED or self.approvals_needed == 1:
            return self
        return self.evolve(approvals=[*self.approvals, decision])

    def missing(self, decision: Decision) -> int:
        """How many approvals are missing once this answer has been counted; a denial or an expiry needs no other."""
        if decision.kind is not DecisionKind.APPROVED or self.approvals_needed == 1:
            return 0
        return max(self.approvals_needed - len(self.approvals), 0)

    def cannot_count(self, approval: Decision) -> str:
        """Why an approval cannot be counted beside those already given; "" if it can."""
        for given in self.approvals if approval.kind is DecisionKind.APPROVED else []:
            if (approval.person or approval.identity) == (given.person or given.identity):
                return f"was already approved by {given.who}; another person has to approve it too"
            meant, theirs = self.allowed_by(approval), self.allowed_by(given)
            if (meant.action, meant.undo) != (theirs.action, theirs.undo):
                return f"was approved by {given.who} as: {theirs.action}; approve the same, or deny it"
        return ""


class PermissionKind(StrEnum):
    """What the guard says."""

    ALLOWED = "allowed"  # act alone
    ASK = "ask"  # a person must approve
    REFUSED = "refused"  # not even when asked


class Answer(Record):
    """What one of the guard's rules says."""

    rule: str
    kind: PermissionKind
    reason: str


class Permission(Record):
    """The guard's answer with the rule that decided; who must approve, and what each rule said."""

    kind: PermissionKind
    rule: str
    reason: str
    people: int = Field(default=1, ge=1)  # so many different people must approve, where people are asked
    roles: list[str] | None = None  # each in one of these; None: whoever may approve at all
    answers: list[Answer] = []  # of every rule, the strictest first
