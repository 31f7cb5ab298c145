"""The probe of one kind of health check, of which agent.reasoning.probes makes two: liveness and readiness."""

from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import pods_of, workload_of
from agent.reasoning.patience import fault
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing


def check_fit(*, liveness: bool) -> Probe:
    """Does the check fit the container it asks, by the specs?"""
    kind = "liveness" if liveness else "readiness"

    def applies(facts: Facts, subject: Subject) -> bool:
        estate = facts.estate
        declared = workload_of(estate, subject.entity) if estate and not subject.change else None
        return bool(declared and any(c.liveness if liveness else c.readiness for c in declared.template.containers))

    def read(facts: Facts, subject: Subject) -> Reading | None:
        estate = facts.estate
        declared = workload_of(estate, subject.entity) if estate else None
        if estate is None or declared is None:
            return None
        pods = pods_of(estate, declared.entity.name)
        found = [
            fault(estate, template, liveness=liveness) for template in (declared.template, *(p.template for p in pods))
        ]
        outcome, told = next((one for one in found if one[0] != "sound"), found[0])
        return Reading(
            outcome=outcome, statement=f"the {kind} check {told}", evidence=facts.evidence_of(InventoryQuestion)
        )

    return Probe(
        name=f"{kind} check",
        question=f"does the {kind} check fit the container?",
        otherwise=evenly("sound", "port", "protocol", "patience", share=0.05),
        cost=0.3,
        applies=applies,
        needs=needs_nothing,
        read=read,
    )
