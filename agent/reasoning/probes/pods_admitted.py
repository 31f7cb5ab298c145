"""Does the controller fail to create pods at all, while pods that were made before run on?"""

from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import pods_of
from agent.reasoning.probes import Probe, Reading, Subject, workload


def _applies(facts: Facts, subject: Subject) -> bool:
    found = workload(facts, subject)
    return found is not None and found[0].knows("Pod") and found[1].replicas > 0


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = workload(facts, subject)
    if found is None:
        return None
    estate, declared = found
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
