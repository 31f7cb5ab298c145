"""May we still? What has come up between the decision and the action: the guard is asked once more, with fresh facts."""

from dataclasses import dataclass

from agent.model.action import Action, LedgerState, Preview
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


@dataclass
class Second:
    """A second look at one part of what was decided, taken when it is called; it keeps what it heard."""

    work: Work
    state: IncidentState
    proposal: Proposal
    decision: Decision
    asked: int  # questions so far
    number: int = 0  # of the part
    against: Answer | None = None

    async def __call__(self) -> str:
        """What speaks against going on; empty: nothing."""
        state: IncidentState = {**self.state, "asked": self.asked}
        self.against, self.asked = await recheck(self.work, state, self.proposal, self.decision, self.number)
        return f"{self.against.rule}: {self.against.reason}" if self.against else ""


async def recheck(
    work: Work, state: IncidentState, proposal: Proposal, decision: Decision, number: int = 0
) -> tuple[Answer | None, int]:
    """What speaks against going on with a part, if anything does, and how many questions have been asked by now."""
    inquiry = await Inquiry.open(work, state, budgeted=False)
    playbook = next((p for p in work.rules.playbooks if p.name == proposal.playbook), None)
    stands = confirmed(state["hypotheses"])
    if playbook is None or stands is None:
        return refused("playbook", f"there is no playbook {proposal.playbook} any more"), inquiry.asked
    place = await situation(inquiry, state, stands)
    action = proposal.parts[number].action
    preview = await _previewed(work, action)
    if isinstance(preview, Gap):
        return refused("preview", f"{preview.reason}: {preview.detail}"), inquiry.asked
    wish = Wish(action, playbook, stands, place, number)
    tried = await attempt(work, state, inquiry, wish, preview, proposal.checks)
    now = guard(tried, work.rules.policy)
    by_person = decision.channel != BY_POLICY
    return objection(now, state.get("permission"), by_person=by_person), inquiry.asked


async def _previewed(work: Work, action: Action, tries: int = TRIES) -> Preview | Gap:
    """An API server that restarts is no reason to throw an approval away."""
    found = await work.ports.actuator.preview(action)
    passing = isinstance(found, Gap) and found.reason in (GapReason.FAILED, GapReason.TIMED_OUT)
    if not passing or tries <= 1:
        return found
    await work.ports.clock.sleep(PAUSE_SECONDS)
    return await _previewed(work, action, tries - 1)


async def begun(work: Work, incident_id: str, key: str) -> bool:
    """Whether the call may have been made already: our own traces may be there, and only a look tells what is left to do."""
    entries = await work.ports.store.ledger.entries(incident_id)
    return any(entry.key == key and entry.state is not LedgerState.INTENT for entry in entries)
