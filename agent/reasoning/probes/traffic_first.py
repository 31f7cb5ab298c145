"""Was the service asked for more when, or just before, the trouble began? Failing callers also ask for less."""

from agent.model.question import Question
from agent.model.signal import Signal, SignalKind
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.probes import Probe, Reading, Subject

MORE = 0.2
"""The share of the larger level that a rise or a fall must make: a quarter more requests than before."""


def _measured(facts: Facts, subject: Subject) -> list[Signal]:
    return [s for s in facts.signals if service_entity(s.service) == subject.entity and s.kind is SignalKind.TRAFFIC]


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and bool(_measured(facts, subject))


def _needs(_facts: Facts, _subject: Subject) -> list[Question]:
    return []


def _read(facts: Facts, subject: Subject) -> Reading | None:
    measured = _measured(facts, subject)
    evidence = sorted({signal.evidence for signal in measured if signal.evidence})
    rows = [
        row
        for row in facts.moved
        if row.kind is SignalKind.TRAFFIC
        and service_entity(row.service) == subject.entity
        and abs(row.shift.relative) >= MORE
    ]
    if not rows:
        told = f"requests to {subject.entity.name} stayed at their level"
        return Reading(outcome="steady", statement=told, evidence=evidence)
    return Reading(outcome="rose" if rows[0].shift.direction > 0 else "fell", statement=str(rows[0]), evidence=evidence)


PROBE = Probe(
    name="traffic first",
    question="was it asked for more when the trouble began?",
    otherwise={"rose": 0.08, "fell": 0.22, "steady": 0.70},
    cost=0.2,
    applies=_applies,
    needs=_needs,
    read=_read,
)
