"""Does what was approved, exactly that, exactly once."""

from langgraph.runtime import Runtime

from agent.model.action import LedgerState
from agent.model.incident import Phase, Resolution
from agent.model.journal import Topic
from agent.model.notice import NoticeReason
from agent.state import IncidentState
from agent.steps.perform import NOT_BEGUN, perform, planned
from agent.steps.recheck import begun, recheck
from agent.steps.work import Work

ASK_AGAIN = 3
"""A target that keeps changing under us is somebody else's at the moment."""


async def act(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """Apply the proposal's action if the decision is for exactly this proposal and the guard still agrees.

    A changed target, or somebody else who turned up meanwhile, means asking again; the way there is over propose.
    """
    work, proposal, decision = runtime.context, state["proposal"], state["decision"]
    await work.enter(state, Phase.ACT)
    if proposal is None or decision is None or not proposal.covered_by(decision):
        return {"action": None, "reasons": ["the decision was not for this proposal; nothing was done"]}
    purpose = f"act {proposal.digest}"
    entry = planned(work, state, proposal.action, proposal.before, purpose)
    against, asked = None, state.get("asked", 0)
    if not await begun(work, entry.incident_id, entry.key):
        against, asked = await recheck(work, state, proposal, decision)
    if against:
        entry = entry.evolve(state=LedgerState.REFUSED, detail=f"{NOT_BEGUN}{against.rule}: {against.reason}")
    else:
        until = proposal.expires_at
        entry = await perform(work, state, proposal.action, proposal.before, purpose, until=until)
    await work.say(state, Topic.ACTION, f"{entry.action}: {entry.state} ({entry.detail})", entry, key=entry.key)
    done = entry.state is LedgerState.DONE
    if entry.state is LedgerState.HELD:
        return {"action": entry, "asked": asked, "resolution": Resolution.HELD, "reasons": [entry.detail]}
    reason = NoticeReason.ACTED if done else NoticeReason.NOT_DONE
    work.notify(state, reason, f"{entry.action}: {entry.state} ({entry.detail})", entry.key)
    if done:
        acted = state.get("acted", 0) + 1
        return {"action": entry, "asked": asked, "acted": acted, "verification": None, "reasons": []}
    told = f"{entry.action} was not done: {entry.detail}"
    if entry.state is LedgerState.UNKNOWN:
        told = f"nobody can tell whether {entry.action} was done: {entry.detail}"
    return {
        "action": entry,
        "asked": asked,
        "asked_again": state.get("asked_again", 0) + 1,
        "reasons": [told],
    }
