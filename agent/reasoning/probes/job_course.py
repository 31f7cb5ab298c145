"""By its limits, its pods and the clock, how did a Job come to its end?"""

from agent.model.inventory import Declared, Estate
from agent.model.question import InventoryQuestion
from agent.model.template import Requirement
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing


def _jobs(facts: Facts, subject: Subject) -> list[Declared]:
    """The Jobs of this name, or of the CronJob of this name, the newest first."""
    if facts.estate is None or subject.change is not None or subject.entity.kind != "Service":
        return []
    name = subject.entity.name
    mine = [w for w in facts.estate.workloads if w.attempts and name in (w.entity.name, w.attempts.owner)]
    return sorted(mine, key=lambda w: w.attempts.started_at.timestamp() if w.attempts and w.attempts.started_at else 0.0, reverse=True)  # fmt: skip


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate, jobs = facts.estate, _jobs(facts, subject)
    if estate is None or not jobs:
        return None
    courses = [(job, _course(estate, job)) for job in jobs]
    ended = [] if courses[0][1] == "done" else [pair for pair in courses if pair[1] not in ("runs", "done")]
    job, outcome = (ended or courses)[0]
    attempts = job.attempts
    if attempts is None or outcome == "untold":
        return None
    limits = f"{attempts.failed} pods failed of {attempts.backoff_limit} retries, {attempts.succeeded} of {attempts.completions} succeeded"
    lasted = f", {_seconds(job):.0f} s of {attempts.deadline_seconds} s" if attempts.deadline_seconds else ""
    return Reading(
        outcome="well" if outcome in ("runs", "done") else outcome,
        statement=f"Job {job.entity.name}, by its limits: {limits}{lasted}: {outcome}",
        evidence=facts.evidence_of(InventoryQuestion),
    )


def _course(estate: Estate, job: Declared) -> str:
    attempts = job.attempts
    if attempts is None or attempts.succeeded >= attempts.completions:
        return "done"
    if attempts.active and attempts.ended_at is None:
        return "runs"
    if attempts.deadline_seconds is not None and _seconds(job) >= attempts.deadline_seconds:
        return "out of time"
    if any(_fatal(rule, estate, job) for rule in attempts.gives_up_at):
        return "policy"
    if attempts.failed > attempts.backoff_limit or (attempts.in_place and attempts.failed > 0):
        return "gave up"
    return (
        "untold" if attempts.gives_up_at and attempts.failed else "runs"
    )  # the pods whose exit codes would tell are gone


def _seconds(job: Declared) -> float:
    """From its start to its end, 0.0 where one of them is not known."""
    attempts = job.attempts
    if attempts is None or attempts.started_at is None or attempts.ended_at is None:
        return 0.0
    return (attempts.ended_at - attempts.started_at).total_seconds()


def _fatal(rule: Requirement, estate: Estate, job: Declared) -> bool:
    """Whether a pod of the Job ended with a code that ends the Job."""
    ended = [
        str(container.ended.exit_code)
        for running in estate.pods
        if running.pod.owner == job.entity.name
        for container in running.pod.containers
        if container.ended and container.ended.exit_code and rule.key in ("", container.name)
    ]
    return any((code in rule.values) == (rule.operator == "In") for code in ended)


PROBE = Probe(
    name="job course",
    question="how did the Job come to its end, by its limits?",
    otherwise=evenly("well", "gave up", "out of time", "policy", share=0.12),
    cost=0.2,
    applies=lambda facts, subject: bool(_jobs(facts, subject)),
    needs=needs_nothing,
    read=_read,
)
