"""A playbook that was tried and did not help: what keeps it from being proposed a third time."""

from agent.model.entity import Entity
from agent.model.record import Instant, Record


class Setback(Record):
    """One action whose verification said no; `target` is where the cause was treated, `spec_hash` its spec before the action."""

    key: str  # of the action's ledger entry: counted once, however often the step is repeated
    incident_id: str
    playbook: str
    action: str
    cause: str
    target: Entity
    spec_hash: str
    at: Instant
    undone: str = ""  # how taking it back ended, in a sentence; empty in memory, which gets it before that is tried
