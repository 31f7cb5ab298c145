"""Does what was approved, exactly that, exactly once."""

from langgraph.runtime import Runtime

from agent.model.action import LedgerState
from agent.model.incident import Phase, Resolution
from agent.model.journal import Topic
from agent.model.notice import NoticeReason
from agent.state import IncidentState
from agent.steps.perform import perform
from agent.steps.work import Work

ASK_AGAIN = 3
"""A target that keeps changing under us is somebody else's at the moment."""


async def act(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """Apply the proposal's action if the decision is for exactly this proposal; a changed target means asking again."""
    work, proposal, decision = runtime.context, state["proposal"], state["decision"]
    await work.enter(state, Phase.ACT)
    if proposal is None or decision is None or decision.digest != proposal.digest:
        return {"action": None, "reasons": ["the decision was not for this proposal; nothing was done"]}
    entry = await perform(work, state, proposal.action, proposal.before, f"act {proposal.digest}")
    await work.say(state, Topic.ACTION, f"{entry.action}: {entry.state} ({entry.detail})", entry, key=entry.key)
    done = entry.state is LedgerState.DONE
    if entry.state is LedgerState.HELD:
        return {"action": entry, "resolution": Resolution.HELD, "reasons": [entry.detail]}
    reason = NoticeReason.ACTED if done else NoticeReason.NOT_DONE
    work.notify(state, reason, f"{entry.action}: {entry.state} ({entry.detail})", entry.key)
    if done:
        return {"action": entry, "acted": state.get("acted", 0) + 1, "verification": None, "reasons": []}
    told = f"{entry.action} was not done: {entry.detail}"
    if entry.state is LedgerState.UNKNOWN:
        told = f"nobody can tell whether {entry.action} was done: {entry.detail}"
    return {"action": entry, "asked_again": state.get("asked_again", 0) + 1, "reasons": [told]}
