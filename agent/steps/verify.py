"""Watches the burn over the playbook's window. One look a pass, so that a shutdown never waits for a whole window."""

from datetime import datetime, timedelta

from langgraph.runtime import Runtime

from agent import telemetry
from agent.model.action import Action, Applied, LedgerEntry
from agent.model.evidence import Evidence
from agent.model.incident import Phase, Resolution
from agent.model.journal import Topic
from agent.model.notice import NoticeReason
from agent.model.playbook import VerificationPlan
from agent.model.proposal import Proposal
from agent.model.query import Query
from agent.model.question import Gap, InstantQuestion, WorkloadQuestion, Workloads
from agent.model.setback import Setback
from agent.model.slo import Slo
from agent.model.verification import Verification, VerificationKind
from agent.model.workload import Workload
from agent.policy import notes
from agent.policy.recovery import Measured, conclude
from agent.slo.burn import burn_rate
from agent.state import IncidentState
from agent.steps.asking import Inquiry, put
from agent.steps.neighbours import Around, look_around
from agent.steps.triage import last_value
from agent.steps.work import Work

LOOKS = 6
"""Looks within one window: enough to show the burn falling."""

ROLLOUT_LOOK_SECONDS = 5.0

SKEW = timedelta(seconds=60)
"""Our clock and the API server's may differ by so much; beyond it, one of them has been set meanwhile."""

ROLLING = ("rollback", "restart", "scale", "resume")
"""Actions after which a workload's own controller makes pods: they are waited for."""


async def verify(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """One look: is the rollout done; then how does it burn; and once the window has passed, the conclusion."""
    work, proposal, done = runtime.context, state["proposal"], _done(state)
    await work.enter(state, Phase.VERIFY)
    slo = state["profiles"][0].slo
    if proposal is None or slo is None or not done:
        told = " and ".join(str(action) for action, _ in done)
        return {
            "verification": None,
            "reasons": [f"{told}{' was done, and ' if told else ''}there is nothing to verify it by"],
            "resolution": Resolution.HANDED_OVER,
        }
    last = max(applied.at for _, applied in done)
    if work.now() < last - SKEW:
        return await _too_early(work, state, proposal, last)
    before = state.get("verification")
    watching = before is not None and before.kind is VerificationKind.WATCHING and not _far(work, before, proposal)
    if not watching or before is None or before.since is None or before.until is None:
        return await _rollout(work, proposal.verification, done, last)
    return await _look(work, state, slo, proposal, before.since, before.until)


def _done(state: IncidentState) -> list[tuple[Action, Applied]]:
    """What was done, in order."""
    entries = [state["action"], *state.get("followed", [])]
    return [(entry.action, entry.applied) for entry in entries if entry and entry.applied]


def _far(work: Work, before: Verification, proposal: Proposal) -> bool:
    """The window begins later than any delay explains: the clock was ahead when it was chosen, and nobody waits for days."""
    delay = timedelta(seconds=proposal.verification.delay_seconds)
    return before.since is not None and before.since > work.now() + delay + SKEW


async def _too_early(work: Work, state: IncidentState, proposal: Proposal, last: datetime) -> IncidentState:
    """By our clock the action is still to come, and all that could be measured is from before it: that says nothing."""
    now = work.now()
    told = f"a clock is wrong: ours says {now:%d %b %H:%M:%S}, the action was at {last:%d %b %H:%M:%S} UTC"
    verification = Verification(kind=VerificationKind.CANNOT_TELL, reason=told)
    await _tell(work, state, verification, now)
    return {"verification": verification, **_outcome(verification, proposal)}


async def _rollout(
    work: Work, plan: VerificationPlan, done: list[tuple[Action, Applied]], last: datetime
) -> IncidentState:
    """Wait for the new pods; the measured window begins when they are ready, or when waiting is over."""
    rolling = [(action, applied) for action, applied in done if action.kind in ROLLING]
    patience = last + timedelta(seconds=plan.rollout_seconds)
    now, ready = work.now(), True
    for action, applied in rolling:
        current = await _target(work, action)
        ready = ready and current is not None and _rolled_out(current, applied)
    if not (ready or now >= patience):
        await work.rest(ROLLOUT_LOOK_SECONDS)
        return {"verification": Verification(kind=VerificationKind.WATCHING, reason="rolling out")}
    since = max(now, last) + timedelta(seconds=plan.delay_seconds)
    until = since + timedelta(seconds=plan.window_seconds)
    watching = Verification(kind=VerificationKind.WATCHING, since=since, until=until, reason="rolled out")
    return {"verification": watching}


def _rolled_out(current: Workload, applied: Applied) -> bool:
    """As `kubectl rollout status` decides it."""
    seen = current.observed_generation >= applied.generation
    return seen and current.updated >= current.replicas and current.available >= current.replicas


async def _look(
    work: Work, state: IncidentState, slo: Slo, proposal: Proposal, since: datetime, until: datetime
) -> IncidentState:
    await _wait(work, since, until)
    at = min(work.now(), until)
    seen, evidence, asked = await _measure(work, state, slo, since, at)
    before = burn.worst if (burn := state.get("burn")) else None
    after = None if seen.error_ratio is None else burn_rate(seen.error_ratio, slo.objective)
    kind, reason, around = VerificationKind.WATCHING, f"until {until:%H:%M:%S}", Around()
    if at >= until:
        around = await look_around(work, {**state, "asked": asked}, since, at)
        asked = around.asked
        kind, reason = conclude(proposal.verification, slo, before, seen, around.neighbours)
    verification = Verification(
        kind=kind,
        since=since,
        until=until,
        burn_before=before,
        burn_after=after,
        events=seen.events,
        reason=reason,
        evidence=[item.id for item in [*evidence, *around.evidence]],
        neighbours=around.neighbours,
    )
    await _tell(work, state, verification, at)
    backs = await _setbacks(work, state, verification, proposal)
    return {"asked": asked, "verification": verification, "setbacks": backs, **_outcome(verification, proposal)}


async def _wait(work: Work, since: datetime, until: datetime) -> None:
    """Until the propagation delay has passed, then one look's share of the window; never past its end."""
    step = (until - since) / LOOKS
    target = since + step if work.now() < since else min(work.now() + step, until)
    await work.rest(max((target - work.now()).total_seconds(), 0))


async def _measure(
    work: Work, state: IncidentState, slo: Slo, since: datetime, at: datetime
) -> tuple[Measured, list[Evidence], int]:
    seconds = max(int((at - since).total_seconds()), 1)
    inquiry = await Inquiry.open(work, state, budgeted=False)
    rates: list[Query] = [slo.sli.error_ratio(seconds), slo.sli.traffic(seconds)]
    ratio, traffic = await inquiry.ask([InstantQuestion(query=query, at=at) for query in rates])
    per_second = last_value(traffic.answer)
    drifted = await _drift(work, state)
    gap = ratio.gap or traffic.gap
    measured = Measured(
        error_ratio=last_value(ratio.answer),
        events=None if per_second is None else per_second * seconds,
        drifted=drifted,
        gap=_told(gap),
        unseen="; ".join(
            dict.fromkeys(part for item in (ratio, traffic) for part in getattr(item.answer, "unseen", []))
        ),
    )
    return measured, [item for item in (ratio, traffic) if not item.gap], inquiry.asked


def _told(gap: Gap | None) -> str:
    return f"{gap.reason}: {gap.detail}" if gap else ""


async def _target(work: Work, action: Action) -> Workload | None:
    """The workload acted on as it is now; None when it cannot be seen. A look, not evidence: nothing cites it."""
    target = action.target
    work.ports.freshness.renew()
    answer = await put(work.ports, WorkloadQuestion(namespace=target.namespace, name=target.name))
    found = answer.items if isinstance(answer, Workloads) else []
    return next((w for w in found if w.entity == target), None)


async def _drift(work: Work, state: IncidentState) -> str:
    """How a target differs from what its action made of it; empty when none does, or can be seen."""
    for action, applied in _done(state):
        current = await _target(work, action)
        if current and current.spec_hash != applied.spec_hash:
            return f"{current.entity} was changed by someone else after our action"
    return ""


async def _tell(work: Work, state: IncidentState, verification: Verification, at: datetime) -> None:
    if verification.kind is VerificationKind.WATCHING:
        burn = "no data" if verification.burn_after is None else f"burn {verification.burn_after:.1f}"
        await work.say(state, Topic.VERIFYING, burn, verification, key=at.isoformat())
        return
    telemetry.metrics().verifications.labels(outcome=verification.kind).inc()
    if action := state["action"]:
        await work.ports.store.audit.append(notes.verified(state["incident"].id, action, verification, at.isoformat()))
        _notify(work, state, action, verification)
    await work.say(
        state,
        Topic.VERIFIED,
        f"{verification.kind}: {verification.reason}",
        verification,
        key=f"outcome {at.isoformat()}",
    )


def _notify(work: Work, state: IncidentState, action: LedgerEntry, verification: Verification) -> None:
    reasons = {
        VerificationKind.RECOVERED: NoticeReason.RECOVERED,
        VerificationKind.NOT_RECOVERED: NoticeReason.NOT_RECOVERED,
        VerificationKind.CANNOT_TELL: NoticeReason.CANNOT_TELL,
    }
    if reason := reasons.get(verification.kind):
        work.notify(state, reason, f"{action.action}: {verification.kind}: {verification.reason}", action.key)


async def _setbacks(work: Work, state: IncidentState, verification: Verification, proposal: Proposal) -> list[Setback]:
    """This incident's, with this one if it is one; memory gets it now: a later step may never come."""
    known, action = state.get("setbacks", []), state["action"]
    cause = next((h.cause for h in state["hypotheses"] if h.id == proposal.hypothesis), "")
    if action is None or verification.kind is not VerificationKind.NOT_RECOVERED:
        return known
    setback = Setback(
        key=action.key,
        incident_id=state["incident"].id,
        playbook=proposal.playbook,
        action=proposal.what,
        cause=cause,
        target=state.get("here", proposal.action.target),
        spec_hash=state.get("here_hash", proposal.before.spec_hash),
        at=work.now(),
    )
    await work.ports.store.memory.failed(setback)
    return [*known, setback]


def _outcome(verification: Verification, proposal: Proposal) -> IncidentState:
    match verification.kind:
        case VerificationKind.RECOVERED:
            return {"resolution": Resolution.RECOVERED, "reasons": []}
        case VerificationKind.NOT_RECOVERED:
            return {
                "reasons": [f"{proposal.what} did not help: {verification.reason}"],
                "resolution": Resolution.HANDED_OVER,
            }
        case VerificationKind.CANNOT_TELL:
            return {
                "reasons": [f"whether {proposal.what} helped cannot be told: {verification.reason}"],
                "resolution": Resolution.HANDED_OVER,
            }
        case VerificationKind.WATCHING:
            return {}
