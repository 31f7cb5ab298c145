"""Does the controller fail to create pods at all, while pods that were made before run on?"""

from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import pods_of, workload_of
from agent.reasoning.probes import Probe, Reading, Subject


def _applies(facts: Facts, subject: Subject) -> bool:
    declared = workload_of(facts.estate, subject.entity) if facts.estate else None
    return subject.change is None and declared is not None and declared.replicas > 0


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate = facts.estate
    declared = workload_of(estate, subject.entity) if estate else None
    if estate is None or declared is None:
        return None
    made = len(pods_of(estate, declared.entity.name))
    return Reading(
        outcome="lacking" if made < declared.replicas else "all made",
        statement=f"{made} of {declared.replicas} pods of {declared.entity.name} were made at all",
        evidence=facts.evidence_of(InventoryQuestion),
    )


PROBE = Probe(
    name="pods admitted",
    question="were its pods made at all?",
    otherwise={"lacking": 0.06, "all made": 0.94},
    cost=0.2,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
)
