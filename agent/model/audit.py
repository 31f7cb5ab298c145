"""What is answered for: who did what, why, on which evidence, with what result. Entries are chained by hash (policy.chain)."""

from enum import StrEnum

from agent.model.record import Instant, Record


class AuditKind(StrEnum):
    """What an entry is about."""

    STARTED = "started"  # a process began to work, under this policy
    TAKEN_OVER = "taken over"  # a worker took up an incident that another had begun
    HANDS = "hands"  # a person took an incident over, or handed it back
    ASKED = "asked"  # a question was put to people
    REFUSED = "refused"  # the guard said no: nobody was asked, nothing was done
    DECIDED = "decided"  # a person, the policy or the clock answered
    TURNED_AWAY = "turned away"  # an attempt to decide, or to write with an old fence, that was not accepted
    ACTION = "action"  # one transition of an action in the ledger
    UNDO = "undo"  # one transition of the undo of an action in the ledger
    VERIFIED = "verified"  # whether it helped


class AuditNote(Record):
    """What is to be kept; the store adds number, time and hashes. Secrets are masked before it gets here (policy.notes)."""

    kind: AuditKind
    key: str = ""  # noted at most once where it is not empty: a step that runs again notes nothing twice
    incident_id: str = ""
    who: str
    what: str
    why: str = ""
    evidence: list[str] = []  # ids within the incident
    result: str = ""
    digest: str = ""  # of the proposal, or of the policy, that it is about


class AuditEntry(Record):
    """One link of the chain. Nothing but text and whole numbers in it: their JSON is the same everywhere."""

    seq: int  # 1, 2, 3, … without a gap
    at: Instant  # when it was written, by the store's wall clock
    note: AuditNote
    previous: str  # hash of the entry before; of the first: policy.chain.GENESIS
    hash: str
