"""Has the autoscaler of a workload room left, by its numbers, and did it do anything lately?"""

from agent.model.inventory import Autoscaler
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of
from agent.reasoning.probes import Probe, Reading, Subject


def _scaler(facts: Facts, subject: Subject) -> Autoscaler | None:
    estate = facts.estate
    if estate is None or subject.change is not None:
        return None
    return next((one for one in estate.autoscalers if entity_of(estate, one.target.name) == subject.entity), None)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    scaler = _scaler(facts, subject)
    if scaler is None:
        return None
    blind = scaler.conditions.get("ScalingActive", "").startswith("False")
    outcome = "at bound" if scaler.current >= scaler.maximum else "blind" if blind else "room"
    return Reading(
        outcome=outcome,
        statement=f"{scaler.entity.name} runs {scaler.current} of {scaler.minimum} to {scaler.maximum} replicas, wants {scaler.desired}",
        evidence=facts.evidence_of(InventoryQuestion),
    )


PROBE = Probe(
    name="autoscaler room",
    question="has its autoscaler room left?",
    otherwise={"at bound": 0.08, "blind": 0.04, "room": 0.88},
    cost=0.2,
    applies=lambda facts, subject: _scaler(facts, subject) is not None,
    needs=lambda _facts, _subject: [],
    read=_read,
)
