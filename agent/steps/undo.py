"""Takes back what did not help, if nobody has touched the target since."""

from langgraph.runtime import Runtime

from agent.model.action import Action, Applied, LedgerEntry, LedgerState, Scale, TargetState
from agent.model.incident import Phase
from agent.model.journal import Topic
from agent.model.notice import NoticeReason
from agent.model.proposal import Proposal
from agent.state import IncidentState
from agent.steps.perform import perform
from agent.steps.work import Work


async def undo(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """Apply the inverse that was part of the approval; the hypothesis that led here is no suspect any more."""
    work, proposal, action = runtime.context, state["proposal"], state["action"]
    await work.enter(state, Phase.UNDO)
    if proposal is None or action is None or action.applied is None:
        return {"reasons": [*state.get("reasons", []), "there is nothing to take back"]}
    given_up: IncidentState = {"again": False, "tried": [*state.get("tried", []), proposal.hypothesis]}
    if proposal.undo is None:
        return {**given_up, **_told(state, action, f"{action.action} has no undo")}
    expected = _after(proposal, action.action, action.applied)
    entry = await perform(work, state, proposal.undo, expected, f"undo {proposal.digest}")
    await work.say(state, Topic.ACTION, f"undo, {entry.action}: {entry.state} ({entry.detail})", entry, key=entry.key)
    done = entry.state is LedgerState.DONE
    reason = NoticeReason.UNDONE if done else NoticeReason.NOT_DONE
    work.notify(state, reason, f"undo, {entry.action}: {entry.state} ({entry.detail})", entry.key)
    told = f"{action.action} was taken back" if done else f"taking {action.action} back failed: {entry.detail}"
    another = (
        done
        and state["round"] < work.rules.budget.rounds
        and state["acted"] < work.rules.policy.max_actions_per_incident
    )
    return {**given_up, "again": another, **_told(state, action, told)}


def _told(state: IncidentState, action: LedgerEntry, told: str) -> IncidentState:
    """Said now, and kept with the setback: another round replaces the reasons of this one."""
    backs = [b.evolve(undone=told) if b.key == action.key else b for b in state.get("setbacks", [])]
    return {"reasons": [*state.get("reasons", []), told], "setbacks": backs}


def _after(proposal: Proposal, action: Action, applied: Applied) -> TargetState:
    """What our action made of the target: if it is anything else now, somebody is at work there and the undo is refused.

    From the record alone, so that a repeated step expects the same.
    """
    replicas = action.replicas if isinstance(action, Scale) else proposal.before.replicas
    return proposal.before.evolve(
        generation=applied.generation, spec_hash=applied.spec_hash, replicas=replicas, revision=None
    )
