"""Drains and budgets for disruptions: evictions that are refused, and pods that were all evicted at once.

What is said: the budget's own condition (DisruptionAllowed), the eviction API's refusal where a node's drainer
repeats it, and the marks of an eviction on pods (condition DisruptionTarget, events of autoscalers).
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Declared, DisruptionBudget, Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.disruption import TOGETHER, covering, emptied, orphans, stuck
from agent.reasoning.facts import Facts
from agent.reasoning.gone import workload_of_pod
from agent.reasoning.owners import entity_of, unscheduled
from agent.reasoning.stated import LIKELY, POSSIBLE, SAID

REFUSED = re.compile(
    r"violate the pod's disruption budget|pdb .{0,200}prevents pod evictions|disruption budget \S+ needs \d+ healthy pods",
    re.IGNORECASE | re.DOTALL,
)
"""The eviction API (429), as kubectl, cluster-autoscaler and managed services repeat it; and Karpenter's event."""

TWO_BUDGETS = re.compile(r"has more than one PodDisruptionBudget", re.IGNORECASE)
EVICTED = {"ScaleDown", "Evicted", "Descheduled", "EvictedByVPA"}
"""Events on pods by cluster-autoscaler, Karpenter, the descheduler and the vertical autoscaler: all ask the eviction API."""

SHORTLY = timedelta(minutes=15)
"""Pods that were evicted longer before the trouble began were ready again by then."""

PRESSURE = re.compile(r"the node was low on resource|ephemeral|exceeds|condition", re.IGNORECASE)
"""The kubelet's own "Evicted": no budget holds that back."""


def detect(facts: Facts) -> list[Finding]:
    """Budgets that hold pods on a node being emptied, and workloads that lost all pods to evictions."""
    estate = facts.estate
    if estate is None or estate.budgets is None:
        return []
    cited = facts.evidence_of(InventoryQuestion)
    return [*_blocked(facts, estate, cited), *_unprotected(facts, estate, cited)]


def _blocked(facts: Facts, estate: Estate, cited: list[str]) -> Iterator[Finding]:
    words = [event.message for event in estate.events] + [message.text for message in facts.messages]
    refused = next((text for text in words if REFUSED.search(text)), "")
    doubled = next((text for text in words if TWO_BUDGETS.search(text)), "")
    waits = any(unscheduled(running) for running in estate.pods)
    if not (facts.profile.service.whole or refused or doubled or waits):
        return  # a drain that stands still hurts whoever drains; nothing shows that it hurts this service
    for budget in estate.budgets or []:
        pods = stuck(estate, budget)
        declared = workload_of_pod(estate, pods[0].pod.name) if pods else None
        if declared is None:
            continue
        where = f"{len(pods)} pods of {declared.entity.name} stay on {pods[0].pod.node}, which is to be emptied"
        if len(covering(estate, declared)) > 1:
            told = f"{where}: more than one budget selects them; {doubled[:160]}"
            yield _finding(entity_of(estate, declared.entity.name), "budgets-overlap", told, SAID if doubled else POSSIBLE, cited)  # fmt: skip
        elif budget.allowed == 0:
            cause = "budget-never-allows" if budget.desired >= budget.expected else "budget-used-up"
            told = f"{where}: {_counted(budget)}; {refused[:160]}"
            yield _finding(entity_of(estate, declared.entity.name), cause, told, SAID if refused else POSSIBLE, cited)


def _counted(budget: DisruptionBudget) -> str:
    said = budget.conditions.get("DisruptionAllowed", "")
    return f"{budget.entity.name} allows {budget.allowed} disruptions, {budget.healthy} of {budget.desired} needed pods are healthy ({said})"


def _unprotected(facts: Facts, estate: Estate, cited: list[str]) -> Iterator[Finding]:
    for name, ever in evicted(estate).items():
        lost = {pod: at for pod, at in ever.items() if at >= facts.began - SHORTLY}
        declared = next(w for w in estate.workloads if w.entity.name == name)
        at_once = _most_together(list(lost.values()))
        if declared.replicas == 0 or at_once < declared.replicas or covering(estate, declared):
            continue
        lonely = orphans(estate)
        cause = "budget-selects-nobody" if lonely else "evicted-unprotected"
        told = f"{at_once} pods of {name} were evicted together and it has {declared.replicas} replicas; no budget selects them"
        if lonely:
            told += f", and {lonely[0].entity.name} selects no pod at all"
        trust = SAID if any(_marked(estate, pod) for pod in lost) else LIKELY
        yield _finding(entity_of(estate, name), cause, told, trust, cited)


def evicted(estate: Estate) -> dict[str, dict[str, datetime]]:
    """By workload: the pods that were told to go by the eviction API, or stopped while a node was being emptied, and when."""
    draining = bool(emptied(estate))
    there = {running.pod.name for running in estate.pods if not running.pod.deleting}
    found: dict[str, dict[str, datetime]] = {}
    for event in estate.events:
        asked = event.reason in EVICTED and not PRESSURE.search(event.message)
        stopped = draining and event.reason == "Killing" and event.entity.name not in there
        if event.entity.kind != "Pod" or event.last_at is None or not (asked or stopped):
            continue
        if declared := _lasting(workload_of_pod(estate, event.entity.name)):
            found.setdefault(declared.entity.name, {}).setdefault(event.entity.name, event.last_at)
    for running in estate.pods:
        leaving = estate.at is not None and _target(running.pod.conditions)
        declared = _lasting(workload_of_pod(estate, running.pod.name)) if leaving else None
        if declared and estate.at:
            found.setdefault(declared.entity.name, {}).setdefault(running.pod.name, estate.at)
    return found


def _lasting(declared: Declared | None) -> Declared | None:
    """A drain leaves pods of DaemonSets alone, and a Job starts its own again."""
    return declared if declared and declared.entity.kind in ("Deployment", "StatefulSet") else None


def _target(conditions: dict[str, str]) -> bool:
    return conditions.get("DisruptionTarget", "").startswith("True: EvictionByEvictionAPI")


def _marked(estate: Estate, pod: str) -> bool:
    """Somebody says that it was an eviction."""
    said = any(event.reason in EVICTED and event.entity.name == pod for event in estate.events)
    return said or any(r.pod.name == pod and _target(r.pod.conditions) for r in estate.pods)


def _most_together(times: list[datetime]) -> int:
    return max((sum(0 <= (other - one).total_seconds() <= TOGETHER.total_seconds() for other in times) for one in times), default=0)  # fmt: skip


def _finding(entity: Entity, cause: str, told: str, trust: float, cited: list[str]) -> Finding:
    return Finding(
        kind=FindingKind.EVICTION,
        entity=entity,
        statement=told.rstrip("; "),
        normal="a drain moves pods a few at a time, and ends",
        evidence=cited,
        cause=cause,
        trust=trust,
    )
