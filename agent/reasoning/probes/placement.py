"""By the specs of pod and nodes, what keeps the pods that wait from every node?"""

import re

from agent.model.inventory import PODS_ELSEWHERE, Estate, Running
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import events_of, pods_of, unscheduled
from agent.reasoning.placement import blocker
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing, workload


def waiting(facts: Facts, subject: Subject) -> list[Running]:
    """The pods of the subject that have no node."""
    found = workload(facts, subject)
    if found is None:
        return []
    estate, declared = found
    return [running for running in pods_of(estate, declared.entity.name) if unscheduled(running)]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate, pods = facts.estate, waiting(facts, subject)
    if estate is None or not estate.machines or not pods:
        return None
    running = pods[0]
    if not estate.knows("Node") or len(estate.machines) < _counted(estate, running):
        return None  # nodes that cannot be seen may be the ones that are meant
    outcome = blocker(estate, running)
    if outcome == "fits" and not estate.knows("PersistentVolumeClaim", PODS_ELSEWHERE):
        return None  # what keeps it away may be out of sight
    if outcome == "fits" and _unbound(facts, running):
        outcome = "volume"
    told = {
        "selector": f"no node has the labels {running.template.node_selector}",
        "affinity": "no node meets the required node affinity",
        "fits": "at least one node meets everything the pod asks for",
        "volume": "a claim the pod mounts is not bound",
    }.get(outcome, f"the nodes it may go to are closed by: {outcome}")
    return Reading(
        outcome=outcome,
        statement=f"{running.pod.name}, worked out over {len(estate.machines)} nodes: {told}",
        evidence=facts.evidence_of(InventoryQuestion),
    )


def _counted(estate: Estate, running: Running) -> int:
    """How many nodes the scheduler itself looked at."""
    found = [re.match(r"\d+/(\d+) nodes", event.message) for event in events_of(estate, running)]
    return max((int(match[1]) for match in found if match), default=0)


def _unbound(facts: Facts, running: Running) -> bool:
    estate = facts.estate
    mounted = {volume.source for volume in running.template.volumes if volume.kind == "persistentVolumeClaim"}
    bound = {claim.entity.name for claim in estate.claims if claim.phase == "Bound"} if estate else set()
    return bool(mounted - bound)


PROBE = Probe(
    name="placement",
    question="what keeps the waiting pods from the nodes, by the specs?",
    otherwise=evenly(
        "fits", "selector", "affinity", "cordon", "node down", "taint", "cpu", "memory", "pods", "neighbours", "volume"
    ),
    cost=0.3,
    applies=lambda facts, subject: bool(waiting(facts, subject)),
    needs=needs_nothing,
    read=_read,
)
