"""By priorities and requests: is it pods of a higher priority that leave no room for the workload's?"""

import re

from agent.model.inventory import Declared, Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.gone import workload_of_pod
from agent.reasoning.owners import workload_of
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject, needs_nothing
from agent.reasoning.ranks import above, crowded_out, rank_of, waiting

ON_NODE = re.compile(r"on node (\S+)")


def _workload(facts: Facts, subject: Subject) -> Declared | None:
    estate = facts.estate
    if estate is None or subject.change is not None or not any(m.requested_by_rank for m in estate.machines):
        return None
    return workload_of(estate, subject.entity)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate, declared = facts.estate, _workload(facts, subject)
    if estate is None or declared is None:
        return None
    rank, pods = rank_of(estate, declared), waiting(estate, declared)
    found, told = False, f"no node holds pods above priority {rank} that take the room of {declared.entity.name}"
    if pods:
        taken = crowded_out(estate, pods[0], rank)
        if taken:
            machine, lacking = taken
            held = above(machine, rank).get(lacking, 0.0)
            found, told = True, f"{machine.name} would take {pods[0].pod.name} (priority {rank}) without the pods above it, which request {held:g} {lacking}"  # fmt: skip
    elif node := _left(estate, declared):
        higher = next((above(m, rank) for m in estate.machines if m.name == node), {})
        found = bool(higher)
        told = f"on {node}, which its pod had to leave, pods above priority {rank} request {higher.get('cpu', 0.0):g} cores"
    return Reading(
        outcome=Outcomes.YES if found else Outcomes.NO, statement=told, evidence=facts.evidence_of(InventoryQuestion)
    )


def _left(estate: Estate, declared: Declared) -> str:
    """The node a pod of the workload was last preempted on."""
    found = ""
    for event in estate.events:
        if event.reason == "Preempted" and workload_of_pod(estate, event.entity.name) == declared:
            match = ON_NODE.search(event.message)
            found = match[1] if match else found
    return found


PROBE = Probe(
    name="rank",
    question="do pods of a higher priority take its room?",
    otherwise={Outcomes.YES: 0.05, Outcomes.NO: 0.95},
    cost=0.3,
    applies=lambda facts, subject: _workload(facts, subject) is not None,
    needs=needs_nothing,
    read=_read,
)
