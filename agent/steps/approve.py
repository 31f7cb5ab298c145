"""Waits for a person, and does nothing else: an interrupted node runs again from its start when it is resumed."""

from langgraph.types import interrupt

from agent.model.proposal import Decision
from agent.policy.narrow import narrower
from agent.state import IncidentState


async def approve(state: IncidentState) -> IncidentState:
    """The decision that `Daemon` consumed from the store and handed in, and the question as far as it was allowed."""
    proposal = state["proposal"]
    answer = interrupt({"digest": proposal.digest if proposal else ""})
    decision = Decision.model_validate(answer)
    if proposal is None or decision.narrowed is None or narrower(proposal, decision.narrowed.action):
        return {"decision": decision}
    return {"decision": decision, "proposal": proposal.allowed_by(decision)}
