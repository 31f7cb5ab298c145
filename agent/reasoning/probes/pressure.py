"""Were pods evicted from the node, or does it ask for more than it has?"""

from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject, needs_nothing

EVICTIONS = {"Evicted", "EvictionThresholdMet", "FreeDiskSpaceFailed", "SystemOOM"}


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate = facts.estate
    if estate is None:
        return None
    there = {running.pod.name for running in estate.pods if running.pod.node == subject.entity.name}
    seen = [e for e in estate.events if e.reason in EVICTIONS and e.entity.name in {*there, subject.entity.name}]
    return Reading(
        outcome=Outcomes.YES if seen else Outcomes.NO,
        statement=f"{seen[-1].reason}: {seen[-1].message}" if seen else "no eviction from the node",
        evidence=facts.evidence_of(InventoryQuestion),
    )


PROBE = Probe(
    name="evictions",
    question="does the kubelet evict pods, or run out of space?",
    otherwise={Outcomes.YES: 0.03, Outcomes.NO: 0.97},
    cost=0.4,
    applies=lambda facts, subject: subject.entity.kind == "Node" and facts.estate is not None,
    needs=needs_nothing,
    read=_read,
)
