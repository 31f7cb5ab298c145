"""Did what the service itself uses (CPU, memory, pools, queues, disks) move for the worse, as far as anybody's?"""

from agent.model.question import Question
from agent.model.signal import SignalKind
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.probes import Probe, Reading, Subject

OUTCOMES = {
    SignalKind.CPU: "cpu",
    SignalKind.THROTTLING: "cpu",
    SignalKind.MEMORY: "memory",
    SignalKind.SATURATION: "bounded",
}


AS_FAR = 0.8
"""A share of the furthest shift of all services: less than that is what trouble elsewhere does to a service."""


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and any(
        service_entity(signal.service) == subject.entity and signal.kind in OUTCOMES for signal in facts.signals
    )


def _needs(_facts: Facts, _subject: Subject) -> list[Question]:
    return []


def _read(facts: Facts, subject: Subject) -> Reading | None:
    measured = [s for s in facts.signals if service_entity(s.service) == subject.entity and s.kind in OUTCOMES]
    moved = [
        row
        for row in facts.moved
        if service_entity(row.service) == subject.entity and row.kind in OUTCOMES and row.strength > 0
    ]
    evidence = sorted({signal.evidence for signal in measured if signal.evidence})
    furthest = max((row.strength for row in facts.moved if row.kind in OUTCOMES), default=0.0)
    if moved and moved[0].strength < AS_FAR * furthest:
        told = next(row for row in facts.moved if row.kind in OUTCOMES)
        return Reading(outcome="none", statement=f"{moved[0]}; {told}, further", evidence=evidence)
    if not moved:
        return Reading(
            outcome="none",
            statement=f"none of {len(measured)} measurements of what {subject.entity.name} uses moved for the worse",
            evidence=evidence,
        )
    return Reading(outcome=OUTCOMES[moved[0].kind], statement=str(moved[0]), evidence=evidence)


PROBE = Probe(
    name="own resources",
    question="did what the service itself uses move for the worse?",
    otherwise={"cpu": 0.12, "memory": 0.12, "bounded": 0.10, "none": 0.66},
    cost=0.2,
    applies=_applies,
    needs=_needs,
    read=_read,
)
