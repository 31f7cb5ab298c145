"""Jobs that failed for good, in the words of their controller: attempts used up, time run out, or an exit code that ends it."""

from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Declared, Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.tied import nearness, tie

ENDS = {
    "BackoffLimitExceeded": "job-gave-up",
    "MaxFailedIndexesExceeded": "job-gave-up",
    "FailedIndexes": "job-gave-up",
    "DeadlineExceeded": "job-out-of-time",
    "PodFailurePolicy": "job-stopped-by-policy",
}
"""Reasons of the conditions Failed and FailureTarget, and of the events that go with them (batch/v1)."""


def detect(facts: Facts) -> list[Finding]:
    """Those that have something to do with the incident, and were not made good by a later run."""
    estate = facts.estate
    if estate is None:
        return []
    cited = facts.evidence_of(InventoryQuestion)
    found = []
    for declared in estate.workloads:
        reason, told = said(estate, declared)
        weight, why = tie(facts, estate, declared) if reason in ENDS else (0.0, "")
        if weight and not _made_good(estate, declared):
            found.append(
                Finding(
                    kind=FindingKind.JOB_ENDED,
                    entity=subject_of(declared),
                    statement=f"Job {declared.entity.name}: {reason}: {told[:200]}" + (f"; {why}" if why else ""),
                    normal="the Job completes",
                    onset=declared.attempts.ended_at if declared.attempts else None,
                    evidence=cited,
                    cause=ENDS[reason],
                    trust=round(weight * nearness(facts, declared), 3),
                )
            )
    return found


def subject_of(declared: Declared) -> Entity:
    """Who is blamed: the CronJob a Job came of, which is what a person knows, else the Job."""
    owner = declared.attempts.owner if declared.attempts else ""
    return Entity(kind="Service", namespace=declared.entity.namespace, name=owner or declared.entity.name)


def said(estate: Estate, declared: Declared) -> tuple[str, str]:
    """Reason and message of its end, ("", "") of one that has not failed."""
    if declared.attempts is None:
        return "", ""
    for condition in ("Failed", "FailureTarget"):
        status, _, rest = declared.conditions.get(condition, "").partition(": ")
        reason, _, message = rest.partition(": ")
        if status == "True":
            return reason, message
    events = [e for e in estate.events if e.entity == declared.entity and e.reason in ENDS]
    return (events[-1].reason, events[-1].message) if events else ("", "")


def _made_good(estate: Estate, declared: Declared) -> bool:
    """A later Job of the same CronJob completed."""
    attempts = declared.attempts
    if attempts is None or not attempts.owner or attempts.ended_at is None:
        return False
    parents = [w.schedule for w in estate.workloads if w.schedule and w.entity.name == attempts.owner]
    return any(one.last_success_at and one.last_success_at > attempts.ended_at for one in parents)
