"""CronJobs that start nothing: suspended, held back by a run that hangs, or too late, as their controller says."""

from datetime import timedelta

from agent.model.cluster import KubeEvent
from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Declared, Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.cron import last_due
from agent.reasoning.facts import Facts
from agent.reasoning.stated import POSSIBLE, SAID
from agent.reasoning.tied import tie

SPOKEN = {
    "MissSchedule": "cronjob-missed",
    "TooManyMissedTimes": "cronjob-missed",
    "FailedNeedsStart": "cronjob-missed",  # the same, before 1.21
    "JobAlreadyActive": "cronjob-held",
}
"""Reasons of the CronJob controller's events."""

LATE = timedelta(minutes=2)
"""The controller looks every ten seconds; a start this late was not made."""


def detect(facts: Facts) -> list[Finding]:
    """Those that have something to do with the incident and were due."""
    estate = facts.estate
    if estate is None:
        return []
    cited = facts.evidence_of(InventoryQuestion)
    found = []
    for declared in estate.workloads:
        weight, why = tie(facts, estate, declared) if declared.schedule and overdue(facts, declared) else (0.0, "")
        for cause, told, trust in _said(estate, declared) if weight else []:
            found.append(
                Finding(
                    kind=FindingKind.NOT_STARTED,
                    entity=Entity(kind="Service", namespace=estate.namespace, name=declared.entity.name),
                    statement=f"CronJob {declared.entity.name}: {told[:200]}" + (f"; {why}" if why else ""),
                    normal="it starts a Job whenever its schedule says so",
                    evidence=cited,
                    cause=cause,
                    trust=trust if weight == SAID else round(trust * weight, 3),
                )
            )
    return found


def overdue(facts: Facts, declared: Declared) -> bool:
    """Its schedule named a time since it last started a Job."""
    schedule = declared.schedule
    now = facts.estate.at if facts.estate and facts.estate.at else facts.anchor
    due = last_due(schedule.cron, schedule.zone, now - LATE) if schedule else None
    if schedule is None or due is None or (declared.created_at is not None and due < declared.created_at):
        return False
    return schedule.last_at is None or schedule.last_at < due


def _said(estate: Estate, declared: Declared) -> list[tuple[str, str, float]]:
    """Cause, words and trust. Many are suspended for good reasons, and stay so for years."""
    if declared.suspended:
        return [("cronjob-suspended", "it is suspended, and was due since", POSSIBLE * 2)]
    last = declared.schedule.last_at if declared.schedule else None
    spoken: list[KubeEvent] = [
        event
        for event in estate.events
        if event.entity.kind == "CronJob" and event.entity.name == declared.entity.name and event.reason in SPOKEN
    ]
    fresh = [event for event in spoken if last is None or event.last_at is None or event.last_at > last]
    return [(SPOKEN[event.reason], f"{event.reason}: {event.message}", 0.8) for event in fresh[-1:]]
