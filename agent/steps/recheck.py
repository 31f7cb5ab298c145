"""May we still? What has come up between the decision and the action: the guard is asked once more, with fresh facts."""

from agent.model.action import LedgerState, Preview
from agent.model.proposal import Answer, Decision, Proposal
from agent.model.question import Gap, GapReason
from agent.policy.answers import refused
from agent.policy.guard import guard, objection
from agent.reasoning.judge import confirmed
from agent.state import IncidentState
from agent.steps.asking import Inquiry
from agent.steps.attempting import Wish, attempt
from agent.steps.perform import PAUSE_SECONDS, TRIES
from agent.steps.place import situation
from agent.steps.work import Work

BY_POLICY = "policy"
"""The channel of decisions that no person made."""


async def recheck(
    work: Work, state: IncidentState, proposal: Proposal, decision: Decision
) -> tuple[Answer | None, int]:
    """What speaks against going on, if anything does, and how many questions have been asked by now."""
    inquiry = await Inquiry.open(work, state, budgeted=False)
    playbook = next((p for p in work.rules.playbooks if p.name == proposal.playbook), None)
    stands = confirmed(state["hypotheses"])
    if playbook is None or stands is None:
        return refused("playbook", f"there is no playbook {proposal.playbook} any more"), inquiry.asked
    place = await situation(inquiry, state, stands)
    preview = await _previewed(work, proposal)
    if isinstance(preview, Gap):
        return refused("preview", f"{preview.reason}: {preview.detail}"), inquiry.asked
    wish = Wish(proposal.action, playbook, stands, place)
    tried = await attempt(work, state, inquiry, wish, preview, proposal.checks)
    now = guard(tried, work.rules.policy)
    by_person = decision.channel != BY_POLICY
    return objection(now, state.get("permission"), by_person=by_person), inquiry.asked


async def _previewed(work: Work, proposal: Proposal, tries: int = TRIES) -> Preview | Gap:
    """An API server that restarts is no reason to throw an approval away."""
    found = await work.ports.actuator.preview(proposal.action)
    passing = isinstance(found, Gap) and found.reason in (GapReason.FAILED, GapReason.TIMED_OUT)
    if not passing or tries <= 1:
        return found
    await work.ports.clock.sleep(PAUSE_SECONDS)
    return await _previewed(work, proposal, tries - 1)


async def begun(work: Work, incident_id: str, key: str) -> bool:
    """Whether the call may have been made already: then it is too late to think again, and our own traces are there."""
    entries = await work.ports.store.ledger.entries(incident_id)
    return any(entry.key == key and entry.state is not LedgerState.INTENT for entry in entries)
