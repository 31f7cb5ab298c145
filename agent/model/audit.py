"""What Steadyhand was asked, told, allowed and did: one entry a fact, chained by hashes so that a changed past shows.

Made by `agent.policy.audited`, kept by `integrations.store.audit`, checked by `agent.policy.chain`.
"""

from enum import StrEnum

from agent.model.record import Instant, Record


class AuditKind(StrEnum):
    """What an entry is about."""

    STARTED = "started"  # a process began, under this policy
    ASKED = "asked"  # a question was put to people
    DECIDED = "decided"  # it was answered, or it expired
    FORBIDDEN = "forbidden"  # the guard said no: nothing was asked
    EFFECT = "effect"  # an action reached this state of the ledger
    UNDO = "undo"  # the same of an action that takes another one back
    VERIFIED = "verified"  # whether it helped
    REFUSED = "refused"  # somebody tried what may not be: an answer that does not count, a write with an old fence


class AuditEntry(Record):
    """Who did what, why, on which evidence, with what result. `key` makes a repeated step tell it once."""

    key: str
    kind: AuditKind
    at: Instant
    incident_id: str = ""
    who: str  # a person with the channel, "policy: RULE", "clock", or "steadyhand"
    what: str
    why: str = ""
    evidence: list[str] = []
    result: str = ""
    subject: str = ""  # digest of the question or policy, or key of the ledger entry, that it is about


class SealedEntry(Record):
    """An entry in its place. `text` is what was hashed, kept as it was: a later version may know more fields."""

    seq: int  # 1, 2, 3 … without a gap
    key: str
    previous: str
    hash: str  # over the hash before it, the number and the text
    text: str  # the entry as canonical JSON

    @property
    def entry(self) -> AuditEntry:
        """Read. Raises ValueError for a text that is no entry, which a sound chain does not hold."""
        return AuditEntry.model_validate_json(self.text)


class Break(Record):
    """The first place where the chain does not hold."""

    seq: int
    reason: str
