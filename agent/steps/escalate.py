"""Hands over to a person: what is known, what was ruled out, what could not be seen, what was tried."""

from langgraph.runtime import Runtime

from agent.model.coverage import Coverage
from agent.model.incident import Phase, Resolution
from agent.model.journal import Topic
from agent.model.proposal import DecisionKind
from agent.policy.brief import next_steps
from agent.state import IncidentState
from agent.steps.work import Work


async def escalate(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """Say it once on every channel."""
    work = runtime.context
    await work.enter(state, Phase.ESCALATE)
    reasons = [*state.get("reasons", []), *_unanswered(state)]
    told = next_steps({**state, "reasons": reasons}, state.get("coverage", Coverage()))
    await work.say(state, Topic.ESCALATED, "; ".join(told) or "no further advice", told)
    return {"reasons": reasons, "resolution": state.get("resolution") or Resolution.HANDED_OVER}


def _unanswered(state: IncidentState) -> list[str]:
    decision = state.get("decision")
    if decision is None or decision.kind is DecisionKind.APPROVED:
        return []
    if decision.kind is DecisionKind.EXPIRED:
        return ["nobody answered in time; nothing was done"]
    return [f"denied by {decision.who}: {decision.reason or 'no reason given'}"]
