"""What is kept of an incident when it is over: the rejected paths too."""

from agent.model.entity import ServiceRef
from agent.model.incident import Resolution
from agent.model.record import Instant, Record


class Memory(Record):
    """One closed incident, small enough to recall many."""

    incident_id: str
    service: ServiceRef | None
    closed_at: Instant
    resolution: Resolution
    title: str
    cause: str = ""  # the confirmed cause's name, "" if none
    confidence: float = 0.0
    condition: str = ""
    ruled_out: list[str] = []  # claims refuted, with the test that did it
    action: str = ""
    decision: str = ""
    decision_reason: str = ""
    decided_by: str = ""
    verification: str = ""
