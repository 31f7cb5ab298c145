"""By its schedule, its last start and the Jobs that run, does a CronJob start what it is to start, and what keeps it?"""

from agent.model.inventory import Declared
from agent.model.question import InventoryQuestion
from agent.reasoning.detectors.schedules import overdue
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing


def _planned(facts: Facts, subject: Subject) -> Declared | None:
    if facts.estate is None or subject.change is not None or subject.entity.kind != "Service":
        return None
    return next((w for w in facts.estate.workloads if w.schedule and w.entity.name == subject.entity.name), None)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    declared = _planned(facts, subject)
    if declared is None or declared.schedule is None:
        return None
    schedule = declared.schedule
    running = _running(facts, declared)
    if not overdue(facts, declared):
        outcome = "kept"
    elif declared.suspended:
        outcome = "suspended"
    else:
        outcome = "held" if schedule.concurrency == "Forbid" and running else "missed"
    last = f"{schedule.last_at:%Y-%m-%d %H:%M}" if schedule.last_at else "never"
    busy = f", {running[0]} still runs" if running else ""
    return Reading(
        outcome=outcome,
        statement=f"{declared.entity.name} is due at {schedule.cron!r}, last started: {last}{busy}",
        evidence=facts.evidence_of(InventoryQuestion),
    )


def _running(facts: Facts, declared: Declared) -> list[str]:
    """Jobs it started that have not ended, by the Jobs themselves."""
    jobs = facts.estate.workloads if facts.estate else []
    return [
        job.entity.name
        for job in jobs
        if job.attempts
        and job.attempts.owner == declared.entity.name
        and job.attempts.ended_at is None
        and not job.suspended
    ]


PROBE = Probe(
    name="schedule kept",
    question="does the CronJob start what its schedule says, and what keeps it?",
    otherwise=evenly("kept", "suspended", "held", "missed"),
    cost=0.2,
    applies=lambda facts, subject: _planned(facts, subject) is not None,
    needs=needs_nothing,
    read=_read,
)
