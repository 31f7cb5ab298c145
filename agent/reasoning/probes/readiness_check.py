"""Does the readiness check fit the container it asks, by the specs?"""

from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import pods_of, workload_of
from agent.reasoning.patience import fault
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing


def _applies(facts: Facts, subject: Subject) -> bool:
    estate = facts.estate
    declared = workload_of(estate, subject.entity) if estate and not subject.change else None
    return bool(declared and any(c.readiness for c in declared.template.containers))


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate = facts.estate
    declared = workload_of(estate, subject.entity) if estate else None
    if estate is None or declared is None:
        return None
    pods = pods_of(estate, declared.entity.name)
    found = [fault(estate, template, liveness=False) for template in (declared.template, *(p.template for p in pods))]
    outcome, told = next((one for one in found if one[0] != "sound"), found[0])
    return Reading(
        outcome=outcome, statement=f"the readiness check {told}", evidence=facts.evidence_of(InventoryQuestion)
    )


PROBE = Probe(
    name="readiness check",
    question="does the readiness check fit the container?",
    otherwise=evenly("sound", "port", "protocol", "patience", share=0.05),
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
