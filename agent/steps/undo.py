"""Takes back what did not help, if nobody has touched the target since."""

from langgraph.runtime import Runtime

from agent.model.action import Applied, LedgerEntry, LedgerState, Scale, TargetState
from agent.model.incident import Phase
from agent.model.journal import Topic
from agent.model.notice import NoticeReason
from agent.model.proposal import Part, Proposal
from agent.state import IncidentState
from agent.steps.perform import perform
from agent.steps.work import Work


async def undo(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """Apply the inverses that were part of the approval; the hypothesis that led here is no suspect any more.

    Another hypothesis has its turn only after a treatment that was given whole, and taken back whole.
    """
    work, proposal, action = runtime.context, state["proposal"], state["action"]
    await work.enter(state, Phase.UNDO)
    if proposal is None or action is None or action.applied is None:
        return {"reasons": [*state.get("reasons", []), "there is nothing to take back"]}
    given_up: IncidentState = {"again": False, "tried": [*state.get("tried", []), proposal.hypothesis]}
    entries = [action, *state.get("followed", [])]
    done = {n: entry.applied for n, entry in enumerate(entries) if entry.applied and entry.state is LedgerState.DONE}
    told, whole = [], len(done) == len(entries)
    for number in [n for n in proposal.back if n in done]:
        entry = await _taken_back(work, state, proposal, number, done[number])
        back = entry.state is LedgerState.DONE
        whole = whole and back
        what = entries[number].action
        told.append(f"{what} was taken back" if back else f"taking {what} back failed: {entry.detail}")
    stays = [entries[n].action for n in done if n not in proposal.back]
    whole = whole and not stays
    another = (
        whole
        and state["round"] < work.rules.budget.rounds
        and state["acted"] < work.rules.policy.max_actions_per_incident
    )
    told += [f"{what} has no undo" for what in stays]
    return {**given_up, "again": another, **_told(state, action, told)}


async def _taken_back(
    work: Work, state: IncidentState, proposal: Proposal, number: int, applied: Applied
) -> LedgerEntry:
    part = proposal.parts[number]
    if part.undo is None:
        raise ValueError("what cannot be taken back is not in Proposal.back")
    purpose = f"undo {proposal.digest}" + (f" then {number}" if number else "")
    entry = await perform(work, state, part.undo, _after(part, applied), purpose)
    said = f"undo, {entry.action}: {entry.state} ({entry.detail})"
    await work.say(state, Topic.ACTION, said, entry, key=entry.key)
    reason = NoticeReason.UNDONE if entry.state is LedgerState.DONE else NoticeReason.NOT_DONE
    work.notify(state, reason, said, entry.key, number)
    return entry


def _told(state: IncidentState, action: LedgerEntry, told: list[str]) -> IncidentState:
    """Said now, and kept with the setback: another round replaces the reasons of this one."""
    undone = "; ".join(told)
    backs = [b.evolve(undone=undone) if b.key == action.key else b for b in state.get("setbacks", [])]
    return {"reasons": [*state.get("reasons", []), *told], "setbacks": backs}


def _after(part: Part, applied: Applied) -> TargetState:
    """What our action made of the target: if it is anything else now, somebody is at work there and the undo is refused.

    From the record alone, so that a repeated step expects the same.
    """
    replicas = part.action.replicas if isinstance(part.action, Scale) else part.before.replicas
    return part.before.evolve(
        generation=applied.generation, spec_hash=applied.spec_hash, replicas=replicas, revision=None
    )
