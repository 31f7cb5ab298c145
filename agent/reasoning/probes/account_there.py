"""Is the service account the pods run as among those of the namespace?"""

from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject, needs_nothing, workload


def _applies(facts: Facts, subject: Subject) -> bool:
    found = workload(facts, subject)
    if found is None or not found[0].service_accounts or not found[0].knows("ServiceAccount"):
        return False
    return bool(found[1].template.service_account)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = workload(facts, subject)
    if found is None:
        return None
    estate, declared = found
    name = declared.template.service_account
    there = name in estate.service_accounts
    return Reading(
        outcome=Outcomes.YES if there else Outcomes.NO,
        statement=f"service account {name} {'exists' if there else 'does not exist'}",
        evidence=facts.evidence_of(InventoryQuestion),
    )


PROBE = Probe(
    name="account there",
    question="does its service account exist?",
    otherwise={Outcomes.YES: 0.98, Outcomes.NO: 0.02},
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
