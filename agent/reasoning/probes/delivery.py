"""By who wrote the objects and which revision was applied, does the service run what is declared?"""

from agent.model.question import InventoryQuestion
from agent.reasoning.delivered import keeper, standing
from agent.reasoning.explained import explained
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, needs_nothing


def _applies(facts: Facts, subject: Subject) -> bool:
    """Where a tool keeps it; not where something nearer explains the trouble."""
    estate = facts.estate
    if estate is None or subject.change or subject.entity.kind != "Service":
        return False
    return keeper(estate, subject.entity) is not None and not explained(facts, subject.entity)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate = facts.estate
    delivery = keeper(estate, subject.entity) if estate else None
    if estate is None or delivery is None:
        return None
    outcome, told = standing(facts, estate, delivery, subject.entity)
    changes = facts.change_evidence() if outcome == "edited live" else []
    return Reading(outcome=outcome, statement=told, evidence=[*facts.evidence_of(InventoryQuestion), *changes])


PROBE = Probe(
    name="delivery",
    question="does it run what its GitOps tool declares?",
    otherwise={"in step": 0.84, "edited live": 0.05, "not applied": 0.06, "suspended": 0.05},
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
