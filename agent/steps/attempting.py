"""Gathers what the guard looks at, before a person is asked (propose) and again right before acting (act)."""

from dataclasses import dataclass
from datetime import datetime

from agent.model.action import Action, LedgerEntry, LedgerState, Preview
from agent.model.entity import Entity, ServiceRef
from agent.model.freeze import CalendarReading
from agent.model.hypothesis import Hypothesis
from agent.model.playbook import Playbook
from agent.model.question import ChangesQuestion, Gap, GapReason, InstantQuestion
from agent.model.safety import SafetyCheck
from agent.model.silence import NONE_KNOWN, SilenceReading
from agent.policy.attempt import Attempt, Touch
from agent.policy.caps import in_last_hour
from agent.policy.family import busy, family
from agent.policy.presence import behind, marked, rollouts, touches
from agent.policy.situation import Situation
from agent.reasoning import plan
from agent.reasoning.facts import service_entity
from agent.slo.burn import DAY, burn, burn_rate
from agent.state import IncidentState
from agent.steps.asking import Inquiry
from agent.steps.triage import last_value
from agent.steps.work import Work

UNCOUNTED = (LedgerState.REFUSED, LedgerState.HELD)
"""Nothing was done: no limit counts it."""


@dataclass(frozen=True)
class Wish:
    """An action that is wanted, the hypothesis it treats, and the place it was fitted to."""

    action: Action
    playbook: Playbook
    stands: Hypothesis
    place: Situation
    number: int = 0  # so many actions of the same proposal come before it
    ahead: int = 0  # and so many of those have not been begun


async def attempt(
    work: Work, state: IncidentState, inquiry: Inquiry, wish: Wish, preview: Preview, checks: list[SafetyCheck]
) -> Attempt:
    """Every fact as it is now; what could not be found out is None."""
    ledger = [e for e in await work.ports.store.ledger.entries() if e.state not in UNCOUNTED]
    mine = state["incident"].id
    burning, left = await _budget(work, state, inquiry)
    muted = await _silences(work, state)
    return Attempt(
        action=wish.action,
        playbook=wish.playbook,
        preview=preview,
        at=work.now(),
        service=_service(state, wish.stands),
        severity=state["incident"].severity,
        namespaces=_namespaces(wish.action, preview),
        acted_here=state.get("acted", 0) + wish.number,
        acted_last_hour=in_last_hour([e.at for e in ledger if not _ours(e, mine)], work.now()) + wish.ahead,
        family=family(wish.action.target, wish.place, preview.company),
        busy=busy([*await _asked_about(work, mine), *_doing(ledger, mine)], wish.place.estate),
        burn=burning,
        budget_left=left,
        checks=checks,
        evidence_at=_evidence_at(inquiry, wish.stands),
        calendars=await _calendars(work),
        rollouts=rollouts(wish.place),
        touches=_touches(state, inquiry, wish, preview),
        silences=muted.silences,
        silences_problem=muted.problem,
        hands_off=marked(wish.action.target, preview.company, wish.place),
    )


def _ours(entry: LedgerEntry, incident_id: str) -> bool:
    """What this incident has begun and not finished is what is wished for, not one action more."""
    return entry.incident_id == incident_id and entry.state in (LedgerState.INTENT, LedgerState.EXECUTING)


async def _asked_about(work: Work, incident_id: str) -> list[tuple[Entity, list[Entity]]]:
    pending = await work.ports.store.approvals.pending()
    others = [proposal for proposal in pending if proposal.incident_id != incident_id]
    return [(part.action.target, proposal.place) for proposal in others for part in proposal.parts]


def _doing(ledger: list[LedgerEntry], incident_id: str) -> list[tuple[Entity, list[Entity]]]:
    others = [e for e in ledger if e.incident_id != incident_id and e.state is LedgerState.EXECUTING]
    return [(entry.action.target, entry.place) for entry in others]


def _service(state: IncidentState, stands: Hypothesis) -> ServiceRef | None:
    """The service whose workload is acted on; the incident's where it is the same."""
    return next((p.service for p in state["profiles"] if service_entity(p.service) == stands.entity), None)


def _namespaces(action: Action, preview: Preview) -> list[str] | None:
    if preview.company and preview.company.namespaces is not None:
        return preview.company.namespaces
    if action.target.namespace:
        return [action.target.namespace]
    return [] if preview.pods == 0 else None


def _evidence_at(inquiry: Inquiry, stands: Hypothesis) -> datetime | None:
    deciding = {e for test in stands.tests if test.discriminating for e in test.evidence}
    return min((item.asked_at for item in inquiry.evidence if item.id in deciding), default=None)


async def _calendars(work: Work) -> list[CalendarReading]:
    files, source = work.rules.policy.calendars, work.ports.calendars
    return await source.read(files, work.now()) if files and source else []


async def _silences(work: Work, state: IncidentState) -> SilenceReading:
    """Of all the incident's alerts, those that joined it meanwhile too."""
    if not work.rules.silences:
        return NONE_KNOWN
    begun = state["incident"]
    incident = await work.ports.store.incidents.get(begun.id) or begun
    return await work.ports.silences.over(incident.alerts)


def _touches(state: IncidentState, inquiry: Inquiry, wish: Wish, preview: Preview) -> list[Touch] | None:
    target = wish.action.target
    told = [
        item.answer
        for item in inquiry.evidence
        if isinstance(item.question, ChangesQuestion) and target.namespace in ("", item.question.namespace)
    ]
    listed = any(not isinstance(answer, Gap) or answer.reason is GapReason.EMPTY for answer in told)
    if not listed or preview.company is None or preview.company.managers is None:
        return None
    places = [(target, preview.company.managers), *((w.entity, w.managers) for w in behind(target, wish.place))]
    blamed = wish.place.change
    return [touch for at, managers in places for touch in touches(at, state["changes"], managers, blamed)]


async def _budget(work: Work, state: IncidentState, inquiry: Inquiry) -> tuple[float | None, float | None]:
    """The burn now and the share of the budget that is left, asked only where the policy looks at them.

    They are asked about the moment of the newest answer, which a replay finds again.
    """
    slo = state["profiles"][0].slo if state["profiles"] else None
    if work.rules.policy.error_budget is None or slo is None or not inquiry.evidence:
        return None, None
    now = inquiry.evidence[-1].asked_at
    windows = plan.burning(slo, now)
    period = InstantQuestion(query=slo.sli.error_ratio(slo.period_days * DAY), at=now)
    *rows, whole = await inquiry.ask([*windows.values(), period])
    measured = burn(slo, {w: last_value(e.answer) for w, e in zip(windows, rows, strict=True)}, now)
    spent = last_value(whole.answer)
    return measured.sustained, None if spent is None else 1 - burn_rate(spent, slo.objective)
