"""Does what was approved, exactly that, exactly once."""

from langgraph.runtime import Runtime

from agent.model.action import LedgerEntry, LedgerState
from agent.model.incident import Phase, Resolution
from agent.model.journal import Topic
from agent.model.notice import NoticeReason
from agent.model.proposal import Decision, Proposal
from agent.state import IncidentState
from agent.steps.perform import NOT_BEGUN, Leave, perform, planned
from agent.steps.recheck import Second, begun
from agent.steps.work import Work

ASK_AGAIN = 3
"""A target that keeps changing under us is somebody else's at the moment."""

GOES_ON = (LedgerState.DONE, LedgerState.HELD)
"""After these the next part has its turn; a dry run holds every one of them."""


async def act(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """Apply the proposal's actions in order if the decision is for exactly this proposal and the guard still agrees.

    A changed target, or somebody else who turned up meanwhile, means asking again; the way there is over propose.
    Where that happens after the first of them was done, it is taken back: half a treatment helps nobody.
    """
    work, proposal, decision = runtime.context, state["proposal"], state["decision"]
    await work.enter(state, Phase.ACT)
    if proposal is None or decision is None or not proposal.covered_by(decision):
        return {"action": None, "followed": [], "reasons": ["the decision was not for this proposal; nothing was done"]}
    first, asked = await _part(work, state, proposal, decision, 0)
    entries = [first]
    while entries[-1].state in GOES_ON and len(entries) < len(proposal.parts):
        entry, asked = await _part(work, {**state, "asked": asked}, proposal, decision, len(entries))
        entries.append(entry)
    came: IncidentState = {"action": first, "followed": entries[1:], "asked": asked}
    if first.state is LedgerState.HELD:
        return {**came, "resolution": Resolution.HELD, "reasons": [entry.detail for entry in entries]}
    done = sum(entry.state is LedgerState.DONE for entry in entries)
    if done:
        came |= {"acted": state.get("acted", 0) + done, "verification": None}
    if done == len(entries):
        return {**came, "reasons": []}
    told = [_untold(entries[-1])]
    if done:
        return {**came, "reasons": told, "resolution": Resolution.HANDED_OVER}
    return {**came, "asked_again": state.get("asked_again", 0) + 1, "reasons": told}


async def _part(
    work: Work, state: IncidentState, proposal: Proposal, decision: Decision, number: int
) -> tuple[LedgerEntry, int]:
    """What became of one part, and how many questions have been asked by now."""
    part = proposal.parts[number]
    purpose = f"act {proposal.digest}" + (f" then {number}" if number else "")
    entry = planned(work, state, part.action, part.before, purpose)
    second = Second(work, state, proposal, decision, state.get("asked", 0), number)
    if not await begun(work, entry.incident_id, entry.key) and (told := await second()):
        entry = entry.evolve(state=LedgerState.REFUSED, detail=NOT_BEGUN + told)
    else:
        until = proposal.expires_at if number == 0 else None  # what is half done is not left so by an expiry
        entry = await perform(work, state, part.action, part.before, purpose, Leave(until, second))
    said = f"{entry.action}: {entry.state} ({entry.detail})"
    await work.say(state, Topic.ACTION, said, entry, key=entry.key)
    if entry.state is not LedgerState.HELD:
        done = entry.state is LedgerState.DONE
        work.notify(state, NoticeReason.ACTED if done else NoticeReason.NOT_DONE, said, entry.key, number)
    return entry, second.asked


def _untold(entry: LedgerEntry) -> str:
    if entry.state is LedgerState.UNKNOWN:
        return f"nobody can tell whether {entry.action} was done: {entry.detail}"
    return f"{entry.action} was not done: {entry.detail}"
