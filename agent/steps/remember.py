"""Keeps what was learned, the rejected paths too, and closes the incident."""

from datetime import datetime

from langgraph.runtime import Runtime

from agent.model.hypothesis import Verdict
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.memory import Memory
from agent.policy.brief import burning
from agent.reasoning.judge import confidence, confirmed
from agent.state import IncidentState
from agent.steps.work import Work


async def remember(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """Store the memory, say so, close last: a closed incident is not taken up again, so nothing may be left after it."""
    work, now = runtime.context, runtime.context.now()
    await work.hold(state["incident"].id)
    resolution = state.get("resolution") or (Resolution.HANDED_OVER if burning(state) else Resolution.NOISE)
    memory = _memory(state, resolution, now)
    await work.ports.store.memory.remember(memory)
    await work.say(state, Topic.REMEMBERED, f"closed as {resolution}", memory)
    await work.ports.store.incidents.update(memory.incident_id, lambda incident: incident.ended(now, resolution))
    return {"resolution": resolution}


def _memory(state: IncidentState, resolution: Resolution, now: datetime) -> Memory:
    closed = state["incident"]
    hypotheses = state.get("hypotheses", [])
    stands = confirmed(hypotheses)
    proposal, decision, verification, condition = (
        state.get("proposal"),
        state.get("decision"),
        state.get("verification"),
        state.get("condition"),
    )
    return Memory(
        incident_id=closed.id,
        service=closed.service,
        closed_at=now,
        resolution=resolution,
        title=closed.title,
        cause=stands.cause if stands else "",
        confidence=confidence(stands, state["coverage"], onset=state.get("onset") is not None) if stands else 0.0,
        condition=condition.statement if condition else "",
        ruled_out=[f"{h.claim} ({h.why})" for h in hypotheses if h.verdict is Verdict.REFUTED],
        action=proposal.what if proposal else "",
        decision=decision.kind if decision else "",
        decision_reason=decision.reason if decision else "",
        decided_by=decision.who if decision else "",
        verification=f"{verification.kind}: {verification.reason}" if verification else "",
    )
