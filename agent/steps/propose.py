"""Fits a playbook to the confirmed cause, previews the exact action, asks the guard, asks people once per digest."""

from contextlib import suppress
from datetime import timedelta

from langgraph.runtime import Runtime

from agent.errors import Refused
from agent.model.action import Action, LedgerState, Preview, Previewed
from agent.model.entity import Entity
from agent.model.hypothesis import Hypothesis
from agent.model.incident import Phase, Resolution
from agent.model.journal import Topic
from agent.model.notice import NoticeReason
from agent.model.playbook import Playbook
from agent.model.proposal import Decision, DecisionKind, Permission, PermissionKind, Proposal
from agent.model.question import Gap
from agent.policy import notes, safety
from agent.policy.again import Untired, untired
from agent.policy.brief import advice
from agent.policy.choose import Choice, choose
from agent.policy.guard import Attempt, guard, in_last_hour
from agent.policy.situation import Situation
from agent.reasoning.judge import confidence, confirmed
from agent.state import IncidentState
from agent.steps.asking import Inquiry
from agent.steps.place import situation
from agent.steps.work import Work

UNCOUNTED = (LedgerState.REFUSED, LedgerState.HELD)
"""Nothing was done: no limit counts it."""


async def propose(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """A proposal with its permission, or the reasons why nothing is proposed."""
    work = runtime.context
    await work.enter(state, Phase.PROPOSE)
    stands = confirmed(state["hypotheses"])
    if stands is None:
        return _nothing(["no cause is confirmed"])
    inquiry = await Inquiry.open(work, state)
    place = await situation(inquiry, state, stands)
    fresh = await _fresh(work, state, stands, place)
    choice = choose(stands, place, fresh.playbooks)
    asked: IncidentState = {"asked": inquiry.asked, "previewed": None}
    unfit = [f"no action proposed: {reason}" for reason in [*fresh.reasons, *choice.reasons]]
    if choice.action is None or choice.playbook is None:
        return {**asked, **_nothing(unfit)}
    preview = await work.ports.actuator.preview(choice.action)
    asked["previewed"] = Previewed(action=choice.action, answer=preview)
    if isinstance(preview, Gap):
        told = f"{choice.action} could not be previewed: {preview.reason}: {preview.detail}"
        return {**asked, **_nothing([*unfit, told])}
    rows = safety.checks(choice.action, place, state["changes"], inquiry.facts().calls)
    allowed = guard(await _attempt(work, state, choice.playbook, choice.action, preview), work.rules.policy)
    permission = safety.limited(allowed, rows)
    proposal = _proposal(work, state, stands, choice, preview).evolve(checks=rows)
    decision = await _ask(work, state, proposal, permission)
    refused = permission.kind is PermissionKind.REFUSED
    return {
        **asked,
        "proposal": proposal,
        "permission": permission,
        "decision": decision,
        "reasons": [f"not done, {permission.rule}: {permission.reason}"] if refused else [],
        "resolution": Resolution.ADVISED if refused else None,
    }


def _nothing(reasons: list[str]) -> IncidentState:
    return {"proposal": None, "permission": None, "reasons": reasons, "resolution": Resolution.ADVISED}


async def _fresh(work: Work, state: IncidentState, stands: Hypothesis, place: Situation) -> Untired:
    """The playbooks that did not fail here twice already, on what runs now, against this cause."""
    playbooks = work.rules.playbooks
    if place.workload is None:
        return Untired(playbooks=playbooks)
    target = place.workload.entity
    before = await work.ports.store.memory.setbacks(target, stands.cause)
    mine = [b for b in state.get("setbacks", []) if (b.target, b.cause) == (target, stands.cause)]
    return untired(playbooks, [*before, *mine], place.workload.spec_hash)


async def _attempt(work: Work, state: IncidentState, playbook: Playbook, action: Action, preview: Preview) -> Attempt:
    ledger = [e for e in await work.ports.store.ledger.entries() if e.state not in UNCOUNTED]
    mine = state["incident"].id
    return Attempt(
        action=action,
        playbook=playbook,
        preview=preview,
        at=work.now(),
        acted_here=state.get("acted", 0),
        acted_last_hour=in_last_hour([e.at for e in ledger], work.now()),
        busy=[
            *await _asked_about(work, mine),
            *(e.action.target for e in ledger if e.incident_id != mine and e.state is LedgerState.EXECUTING),
        ],
    )


async def _asked_about(work: Work, incident_id: str) -> list[Entity]:
    pending = await work.ports.store.approvals.pending()
    return [proposal.action.target for proposal in pending if proposal.incident_id != incident_id]


def _proposal(work: Work, state: IncidentState, hypothesis: Hypothesis, choice: Choice, preview: Preview) -> Proposal:
    if choice.playbook is None or choice.action is None:
        raise ValueError("a proposal needs a playbook and an action")
    now = work.now()
    cited = ", ".join(dict.fromkeys(e for t in hypothesis.tests if t.discriminating for e in t.evidence))
    condition = state.get("condition")
    pinned = f" Condition: {condition.statement}." if condition else ""
    sure = confidence(hypothesis, state["coverage"], onset=state.get("onset") is not None)
    irreversible = "" if preview.undo else " It has no undo."
    return Proposal(
        incident_id=state["incident"].id,
        hypothesis=hypothesis.id,
        playbook=choice.playbook.name,
        action=choice.action,
        undo=preview.undo if choice.playbook.undo else None,
        undo_on_failure=choice.playbook.undo,
        before=preview.before,
        diff=preview.diff,
        blast_radius=f"{preview.pods} pods of {choice.action.target}, by its own rollout strategy.{irreversible}",
        reason=f"{hypothesis.claim} ({sure:.0%}): {hypothesis.why} [{cited}].{pinned} Instead: {advice(state, hypothesis)}.",
        verification=choice.playbook.verification,
        warnings=[*preview.warnings, *(f"instead of {reason}" for reason in choice.reasons)],
        asked_at=now,
        expires_at=now + timedelta(seconds=work.rules.policy.approval_seconds),
    )


async def _ask(work: Work, state: IncidentState, proposal: Proposal, permission: Permission) -> Decision | None:
    """Record the question where it may be answered, tell the channels; the policy's own answer if it allows."""
    key, approvals = proposal.digest, work.ports.store.approvals
    if permission.kind is PermissionKind.REFUSED:
        await work.ports.store.audit.append(notes.forbidden(proposal, permission))
    else:
        await approvals.ask(proposal)
        asked = f"{proposal.action}; {permission.kind} ({permission.rule}: {permission.reason})"
        work.notify({**state, "proposal": proposal}, NoticeReason.PROPOSED, asked, key)
    await work.say(state, Topic.PROPOSAL, str(proposal.action), proposal, key=key)
    await work.say(state, Topic.PERMISSION, f"{permission.kind}: {permission.reason}", permission, key=key)
    if permission.kind is not PermissionKind.ALLOWED:
        return None
    with suppress(Refused):  # a repeated step finds it answered
        await approvals.decide(_by_policy(work, proposal, permission), work.now())
    return await approvals.decision(proposal.incident_id, key)


def _by_policy(work: Work, proposal: Proposal, permission: Permission) -> Decision:
    return Decision(
        incident_id=proposal.incident_id,
        digest=proposal.digest,
        kind=DecisionKind.APPROVED,
        by=f"policy: {permission.rule}",
        channel="policy",
        reason=permission.reason,
        at=work.now(),
    )
