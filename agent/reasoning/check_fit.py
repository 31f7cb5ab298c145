"""The probe of one kind of health check, of which agent.reasoning.probes makes two: liveness and readiness."""

from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import pods_of
from agent.reasoning.patience import fault
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing, workload
from agent.reasoning.reach import worst


def check_fit(*, liveness: bool) -> Probe:
    """Does the check fit the container it asks, by the specs?"""
    kind = "liveness" if liveness else "readiness"

    def applies(facts: Facts, subject: Subject) -> bool:
        found = workload(facts, subject)
        return bool(found and any(c.liveness if liveness else c.readiness for c in found[1].template.containers))

    def read(facts: Facts, subject: Subject) -> Reading | None:
        found = workload(facts, subject)
        if found is None:
            return None
        estate, declared = found
        pods = pods_of(estate, declared.entity.name)
        fits = [
            fault(estate, template, liveness=liveness) for template in (declared.template, *(p.template for p in pods))
        ]
        outcome, told = worst(fits)
        if not outcome:
            return None
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
