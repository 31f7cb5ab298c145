"""The one place where effects happen: ledger first, then the call, and after doubt a look before any repetition."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from agent import telemetry
from agent.errors import Held, Refused, Temporary, Uncertain
from agent.model.action import Action, LedgerEntry, LedgerState, Observation, TargetState
from agent.model.record import digest
from agent.state import IncidentState
from agent.steps.work import Work

TRIES = 4
NOT_BEGUN = "not begun: "
"""How an entry's detail starts when it was too late, or somebody was on it: nothing was called, and it may be asked again."""

PAUSE_SECONDS = 3.0
"""Between tries and looks; the API server may be restarting."""


async def nobody() -> str:
    """No veto."""
    return ""


@dataclass(frozen=True)
class Leave:
    """What a decision gives: until when the action may be begun, and who may still stop it ("" from a veto is go on)."""

    until: datetime | None = None
    veto: Callable[[], Awaitable[str]] = nobody


FREE = Leave()


async def perform(
    work: Work, state: IncidentState, action: Action, expected: TargetState, purpose: str, leave: Leave = FREE
) -> LedgerEntry:
    """Apply an action at most once for this incident and purpose; the entry says how it ended.

    Without leave, or while a person is on the incident, nothing is begun any more: what was allowed then is not now.

    A restarted worker finds its own entry: DONE is returned as it is; EXECUTING means the call may have
    been made, so the target is observed before anything is repeated. If nothing was done, it begins anew,
    and needs leave as at first: nobody knows how long the process was gone.
    """
    ledger = work.ports.store.ledger
    incident_id = state["incident"].id
    entry = await ledger.begin(planned(work, state, action, expected, purpose), work.fence)
    if entry.state is LedgerState.INTENT and (why := await _not_now(work, incident_id, leave.until)):
        entry = entry.evolve(state=LedgerState.REFUSED, detail=NOT_BEGUN + why)
    elif entry.state is LedgerState.INTENT:
        entry = entry.evolve(state=LedgerState.EXECUTING)
        await ledger.mark(entry, work.fence)
        entry = await _apply(work, entry, expected)
    elif entry.state is LedgerState.EXECUTING:
        entry = await _after_doubt(work, entry, expected, TRIES, leave)
    else:
        return entry
    await ledger.mark(entry, work.fence)
    telemetry.metrics().actions.labels(kind=action.kind, state=entry.state).inc()
    return entry


def planned(work: Work, state: IncidentState, action: Action, expected: TargetState, purpose: str) -> LedgerEntry:
    """The entry of an effect nobody has begun."""
    incident_id = state["incident"].id
    key = digest(incident_id, action, expected, purpose)
    proposal = state.get("proposal")
    place = proposal.place if proposal else []
    return LedgerEntry(key=key, incident_id=incident_id, action=action, at=work.now(), place=place, purpose=purpose)


async def _not_now(work: Work, incident_id: str, until: datetime | None) -> str:
    if until is not None and work.now() > until:
        return f"the approval ran out at {until:%H:%M:%S} UTC before it could be used"
    incident = await work.ports.store.incidents.get(incident_id)
    return f"{incident.taken_by} is on it" if incident and incident.taken_by else ""


async def _apply(work: Work, entry: LedgerEntry, expected: TargetState, tries: int = TRIES) -> LedgerEntry:
    try:
        applied = await work.ports.actuator.apply(entry.action, expected, entry.key)
    except Held as told:
        return entry.evolve(state=LedgerState.HELD, detail=str(told))
    except Refused as refusal:
        return entry.evolve(state=LedgerState.REFUSED, detail=str(refusal))
    except Temporary as trouble:
        if tries <= 1:
            return entry.evolve(
                state=LedgerState.REFUSED, detail=f"gave up after {TRIES} tries, nothing changed: {trouble}"
            )
        await work.ports.clock.sleep(PAUSE_SECONDS)
        return await _apply(work, entry, expected, tries - 1)
    except Uncertain as doubt:
        await work.ports.clock.sleep(PAUSE_SECONDS)
        return await _after_doubt(work, entry.evolve(detail=str(doubt)), expected, tries - 1)
    return entry.evolve(state=LedgerState.DONE, applied=applied, detail="applied")


async def _after_doubt(
    work: Work, entry: LedgerEntry, expected: TargetState, tries: int, leave: Leave | None = None
) -> LedgerEntry:
    """Look at the target: finish, repeat (with leave anew, where some is given), or admit that nobody can tell."""
    seen = await work.ports.actuator.observe(entry.action, expected, entry.key)
    match seen.observation:
        case Observation.DONE:
            return entry.evolve(state=LedgerState.DONE, applied=seen.applied, detail=f"found done: {seen.detail}")
        case Observation.NOT_DONE if tries > 0:
            if leave and (why := await _not_now(work, entry.incident_id, leave.until) or await leave.veto()):
                return entry.evolve(state=LedgerState.REFUSED, detail=NOT_BEGUN + why)
            return await _apply(work, entry, expected, tries)
        case _ if tries > 0:
            await work.ports.clock.sleep(PAUSE_SECONDS)
            return await _after_doubt(work, entry, expected, tries - 1, leave)
    return entry.evolve(state=LedgerState.UNKNOWN, detail=seen.detail)
