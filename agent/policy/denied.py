"""What people said no to before: a treatment that was denied for a reason is not shown again without that reason."""

from agent.model.memory import Memory
from agent.model.proposal import DecisionKind


def denials(recalled: list[Memory], cause: str) -> list[str]:
    """Earlier denials of a treatment of this cause here, newest first, with their reasons."""
    return [
        f"denied before by {memory.decided_by or 'somebody'} on {memory.closed_at:%Y-%m-%d} ({memory.incident_id}),"
        f" {memory.action}: {memory.decision_reason or 'no reason given'}"
        for memory in sorted(recalled, key=lambda m: m.closed_at, reverse=True)
        if memory.decision == DecisionKind.DENIED and memory.cause == cause
    ]
