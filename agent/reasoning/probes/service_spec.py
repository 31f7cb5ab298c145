"""By the specs of Service and pods, do connections arrive at a port of its pods?"""

from agent.model.inventory import Route
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing
from agent.reasoning.reach import fault, meant, worst


def routes(facts: Facts, subject: Subject) -> list[Route]:
    """The Services of the subject: of its name, or meant for its workload."""
    estate = facts.estate
    if estate is None or subject.change or subject.entity.kind != "Service":
        return []
    named = [route for route in estate.routes if route.entity.name == subject.entity.name]
    if named:
        return named
    return [r for r in estate.routes if (w := meant(estate, r)) is not None and w.entity.name == subject.entity.name]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate, found = facts.estate, routes(facts, subject)
    if estate is None or not found:
        return None
    outcome, told = worst([fault(estate, route) for route in found])
    if not outcome:
        return None
    return Reading(
        outcome=outcome,
        statement=f"Service {found[0].entity.name} {told}",
        evidence=facts.evidence_of(InventoryQuestion),
    )


PROBE = Probe(
    name="service spec",
    question="does the Service lead to its pods, by the specs?",
    otherwise=evenly("sound", "selector", "target port", "protocol", share=0.04),
    cost=0.3,
    applies=lambda facts, subject: bool(routes(facts, subject)),
    needs=needs_nothing,
    read=_read,
)
