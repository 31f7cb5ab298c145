"""Waits for a person, and does nothing else: an interrupted node runs again from its start when it is resumed."""

from langgraph.types import interrupt

from agent.model.proposal import Decision
from agent.state import IncidentState


async def approve(state: IncidentState) -> IncidentState:
    """The decision that `Daemon` consumed from the store and handed in."""
    proposal = state["proposal"]
    answer = interrupt({"digest": proposal.digest if proposal else ""})
    return {"decision": Decision.model_validate(answer)}
