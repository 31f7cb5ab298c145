"""Does the priority class that a workload names exist?"""

from agent.model.inventory import Declared
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import workload_of
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject, needs_nothing


def _naming(facts: Facts, subject: Subject) -> Declared | None:
    """A workload that names a class, where the classes are known: every cluster has at least two."""
    estate = facts.estate
    if estate is None or subject.change is not None or not estate.priority_classes:
        return None
    declared = workload_of(estate, subject.entity)
    return declared if declared and declared.template.priority_class else None


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate, declared = facts.estate, _naming(facts, subject)
    if estate is None or declared is None:
        return None
    wanted = declared.template.priority_class
    there = wanted in estate.priority_classes
    return Reading(
        outcome=Outcomes.YES if there else Outcomes.NO,
        statement=f"the priority class {wanted} of {declared.entity.name} {'exists' if there else 'is not there'}",
        evidence=facts.evidence_of(InventoryQuestion),
    )


PROBE = Probe(
    name="priority class",
    question="does the priority class it names exist?",
    otherwise={Outcomes.YES: 0.97, Outcomes.NO: 0.03},
    cost=0.2,
    applies=lambda facts, subject: _naming(facts, subject) is not None,
    needs=needs_nothing,
    read=_read,
)
