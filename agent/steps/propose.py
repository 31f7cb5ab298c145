"""Fits a playbook to the confirmed cause, previews the exact action, asks the guard, asks people once per digest."""

from contextlib import suppress
from datetime import timedelta

from langgraph.runtime import Runtime

from agent.errors import Refused
from agent.model.action import Action, LedgerState, Preview
from agent.model.entity import Entity
from agent.model.hypothesis import Hypothesis
from agent.model.incident import Phase, Resolution
from agent.model.journal import Topic
from agent.model.notice import NoticeReason
from agent.model.proposal import Decision, DecisionKind, Permission, PermissionKind, Proposal
from agent.policy import notes
from agent.policy.again import untired
from agent.policy.brief import advice
from agent.policy.changed import changed, differences
from agent.policy.choose import Choice, choose
from agent.policy.denied import denials
from agent.policy.situation import Situation
from agent.reasoning.judge import confidence, confirmed
from agent.state import IncidentState
from agent.steps.asking import Inquiry
from agent.steps.attempting import Wish
from agent.steps.contents import versions
from agent.steps.perform import NOT_BEGUN
from agent.steps.place import situation
from agent.steps.weighing import Weighed, weigh
from agent.steps.work import Work


async def propose(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """A proposal with its permission, or the reasons why nothing is proposed."""
    work = runtime.context
    await work.enter(state, Phase.PROPOSE)
    stands = confirmed(state["hypotheses"])
    if stands is None:
        return _nothing(["no cause is confirmed"])
    inquiry = await Inquiry.open(work, state)
    place = await situation(inquiry, state, stands)
    place = place.evolve(versions=await versions(work, place.change), flag_services=_flag_services(work))
    here, spec_hash = _here(stands, place)
    failed = await work.ports.store.memory.setbacks(here, stands.cause)
    fresh = untired(work.rules.playbooks, failed, spec_hash)
    choice = choose(stands, place, fresh.playbooks)
    asked: IncidentState = {
        "asked": inquiry.asked,
        "previewed": None,
        "previewed_then": [],
        "versions": place.versions,
        "failed": failed,
        "here": here,
        "here_hash": spec_hash,
    }
    unfit = [f"no action proposed: {reason}" for reason in [*fresh.reasons, *choice.reasons]]
    if choice.playbook is None:
        return {**asked, **_nothing(unfit)}
    wishes = [Wish(a, choice.playbook, stands, place, n, ahead=n) for n, a in enumerate(choice.actions)]
    weighed = await weigh(work, state, inquiry, wishes)
    first, *others = weighed.previewed
    asked |= {"asked": inquiry.asked, "previewed": first, "previewed_then": others}
    asked |= {"calendars": weighed.calendars, "silences": weighed.silences}
    permission = weighed.permission
    if permission is None:
        return {**asked, **_nothing([*unfit, weighed.trouble])}
    proposal = _asked_anew(state, _proposal(work, state, stands, choice, weighed)).evolve(
        checks=weighed.checks, approvals_needed=permission.people, roles=permission.roles, place=weighed.place
    )
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


def _flag_services(work: Work) -> list[Entity]:
    return [Entity(kind="External", name=name) for name in work.rules.flag_services]


def _here(stands: Hypothesis, place: Situation) -> tuple[Entity, str]:
    """Where the cause is treated, and the spec there: an action may be on something beside it (a ConfigMap, a node)."""
    workload = place.workload
    return (workload.entity, workload.spec_hash) if workload else (stands.entity, "")


def _asked_anew(state: IncidentState, proposal: Proposal) -> Proposal:
    """A question that follows one which was overtaken says what changed, and is never taken for the other.

    Where nothing changed (the API server refused, or stayed away) it is the same question, already answered: nobody is
    asked twice.
    """
    before, action = state.get("proposal"), state.get("action")
    if not state.get("asked_again", 0) or before is None:
        return proposal
    not_begun = action is not None and action.detail.startswith(NOT_BEGUN)
    if not not_begun and not differences(before, proposal):
        return proposal.evolve(attempt=before.attempt, changed=before.changed)
    why = next(iter(state.get("reasons", [])), "")
    return proposal.evolve(attempt=state.get("asked_again", 0), changed=changed(before, proposal, why))


READ = {
    "ConfigMap": "{0} pods, of workloads that read {1}.",
    "External": "Whoever asks {1}; how many pods do cannot be seen.",
}
"""Targets that are no pods, by what their change reaches."""


def blast_radius(preview: Preview, action: Action) -> str:
    """What the action touches, in words."""
    irreversible = "" if preview.undo else " It has no undo."
    if action.target.kind in READ:
        return f"{READ[action.target.kind].format(preview.pods, action.target)}{irreversible}"
    return f"{preview.pods} pods of {action.target}, by its own rollout strategy.{irreversible}"


def _proposal(work: Work, state: IncidentState, hypothesis: Hypothesis, choice: Choice, weighed: Weighed) -> Proposal:
    if choice.playbook is None:
        raise ValueError("a proposal needs a playbook")
    now = work.now()
    cited = ", ".join(dict.fromkeys(e for t in hypothesis.tests if t.discriminating for e in t.evidence))
    condition = state.get("condition")
    pinned = f" Condition: {condition.statement}." if condition else ""
    sure = confidence(hypothesis, state["coverage"], onset=state.get("onset") is not None)
    first, *others = weighed.parts
    pairs = list(zip(weighed.previews, choice.actions, strict=True))
    return Proposal(
        incident_id=state["incident"].id,
        hypothesis=hypothesis.id,
        playbook=choice.playbook.name,
        action=first.action,
        undo=first.undo,
        undo_on_failure=choice.playbook.undo,
        before=first.before,
        then=others,
        diff="\n".join(preview.diff for preview, _ in pairs if preview.diff.strip()),
        blast_radius=" Then: ".join(blast_radius(preview, action) for preview, action in pairs),
        reason=f"{hypothesis.claim} ({sure:.0%}): {hypothesis.why} [{cited}].{pinned} Instead: {advice(state, hypothesis)}.",
        verification=choice.playbook.verification,
        warnings=[
            *denials(state.get("recalled", []), hypothesis.cause),
            *(warning for preview, _ in pairs for warning in preview.warnings),
            *(f"instead of {reason}" for reason in choice.reasons),
        ],
        asked_at=now,
        expires_at=now + timedelta(seconds=work.rules.policy.approval_seconds),
    )


def _again(state: IncidentState) -> list[str]:
    """Why the same question comes once more."""
    held = (action := state.get("action")) and action.state is LedgerState.REFUSED
    return [f"asked again: {reason}" for reason in state.get("reasons", [])] if held else []


async def _ask(work: Work, state: IncidentState, proposal: Proposal, permission: Permission) -> Decision | None:
    """Record the question where it may be answered, tell the channels; the policy's own answer if it allows."""
    key, approvals = proposal.digest, work.ports.store.approvals
    if permission.kind is PermissionKind.REFUSED:
        await work.ports.store.audit.append(notes.forbidden(proposal, permission))
    else:
        await approvals.ask(proposal)
        asked = f"{proposal.what}; {permission.kind} ({permission.rule}: {permission.reason})"
        work.notify({**state, "proposal": proposal}, NoticeReason.PROPOSED, asked, key)
    await work.say(state, Topic.PROPOSAL, proposal.what, proposal, key=key)
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
