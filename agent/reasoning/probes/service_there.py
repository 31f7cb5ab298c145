"""Is there a Service that leads to the workload?"""

from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import routes_to
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject, needs_nothing, workload


def _applies(facts: Facts, subject: Subject) -> bool:
    found = workload(facts, subject)
    return bool(found and found[0].routes and found[0].knows("Service"))


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = workload(facts, subject)
    if found is None:
        return None
    estate, declared = found
    name = declared.entity.name
    there = [
        r.entity.name for r in (*routes_to(estate, declared), *(r for r in estate.routes if r.entity.name == name))
    ]
    return Reading(
        outcome=Outcomes.YES if there else Outcomes.NO,
        statement=f"the Service {there[0]} stands for {name}"
        if there
        else f"no Service selects {name} or has its name",
        evidence=facts.evidence_of(InventoryQuestion),
    )


PROBE = Probe(
    name="service there",
    question="is there a Service that leads to it?",
    otherwise={
        Outcomes.YES: 0.75,
        Outcomes.NO: 0.25,
    },  # workers and batch have none, and it is the detector's fact again
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
