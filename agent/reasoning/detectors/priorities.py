"""Priorities: pods that had to go for others, pods that wait behind others, and classes that do not exist."""

import re
from collections.abc import Iterator
from datetime import timedelta

from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Declared, Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.gone import workload_of_pod
from agent.reasoning.owners import entity_of, events_of, pods_of, short, told_of
from agent.reasoning.ranks import above, rank_of, waiting
from agent.reasoning.stated import LIKELY, POSSIBLE, SAID

PREEMPTED = {"Preempted", "Preempting"}
"""The scheduler's event on a victim ("Preempted by pod UID on node NODE"), and the kubelet's, for critical pods."""

SHORTLY = timedelta(minutes=15)
"""Who was preempted longer before the trouble began, and is whole again, had it behind them."""

TARGET = re.compile(r"True: (PreemptionByScheduler|PreemptionByKubeScheduler)")
NO_CLASS = re.compile(r"no PriorityClass with name (\S+) was found")
NO_ROOM = re.compile(r"Insufficient (cpu|memory)|Too many pods")


def detect(facts: Facts) -> list[Finding]:
    """What scheduler, kubelet and admission say."""
    estate = facts.estate
    if estate is None:
        return []
    cited = facts.evidence_of(InventoryQuestion)
    return [
        _finding(estate, declared, cause, told, trust, cited)
        for declared in estate.workloads
        for cause, told, trust in (
            *_displaced(facts, estate, declared),
            *_behind(estate, declared),
            *_without_class(estate, declared),
        )
    ]


def _displaced(facts: Facts, estate: Estate, declared: Declared) -> Iterator[tuple[str, str, float]]:
    """One that is whole again had its trouble; one that lacks pods still has it."""
    trust = SAID * 0.9 if short(declared) else LIKELY
    events = [
        event
        for event in estate.events
        if event.reason in PREEMPTED
        and event.entity.kind == "Pod"
        and workload_of_pod(estate, event.entity.name) == declared
    ]
    last = max((event.last_at for event in events if event.last_at), default=None)
    words = [f"{event.entity.name}: {event.message}" for event in events]
    words += [
        f"{running.pod.name}: {running.pod.conditions['DisruptionTarget']}"
        for running in estate.pods
        if running.owner == declared.entity.name and TARGET.match(running.pod.conditions.get("DisruptionTarget", ""))
    ]
    if words and (short(declared) or last is None or last >= facts.began - SHORTLY):
        yield "outranked", f"{len(words)} of its pods were preempted: {words[-1][:200]}", trust


def _behind(estate: Estate, declared: Declared) -> Iterator[tuple[str, str, float]]:
    """Pods that wait for room, where pods above them hold some."""
    rank = rank_of(estate, declared)
    for running in waiting(estate, declared)[:1]:
        said = [event.message for event in events_of(estate, running) if event.reason == "FailedScheduling"]
        if said and NO_ROOM.search(said[-1].split("preemption:")[0]) and any(above(m, rank) for m in estate.machines):
            yield "outranked", f"{running.pod.name} of priority {rank} waits: {said[-1][:200]}", LIKELY


def _without_class(estate: Estate, declared: Declared) -> Iterator[tuple[str, str, float]]:
    if not short(declared) or len(pods_of(estate, declared.entity.name)) >= declared.replicas:
        return
    said = [event.message for event in told_of(estate, declared.entity.name) if event.reason == "FailedCreate"]
    wanted = declared.template.priority_class
    if said and NO_CLASS.search(said[-1]):
        yield "priority-class-missing", said[-1][:200], SAID
    elif not said and wanted and estate.priority_classes and wanted not in estate.priority_classes:
        yield "priority-class-missing", f"it names the priority class {wanted}, which does not exist", POSSIBLE


def _finding(estate: Estate, declared: Declared, cause: str, told: str, trust: float, cited: list[str]) -> Finding:
    refused = cause == "priority-class-missing"
    return Finding(
        kind=FindingKind.ADMISSION if refused else FindingKind.OUTRANKED,
        entity=entity_of(estate, declared.entity.name),
        statement=told,
        normal="objects are admitted" if refused else "the nodes have room for pods of every priority",
        evidence=cited,
        cause=cause,
        trust=trust,
    )
