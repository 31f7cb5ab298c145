"""Was it deployed to the service where the trouble begins?"""

from agent.model.question import MessagesQuestion, SpansQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.first_failing import origin
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.probes.deployed_before import KINDS
from agent.reasoning.symptoms import visible


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is not None and subject.change.kind in KINDS and visible(facts)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    seen, name = origin(facts), subject.entity.name
    outcome = "first failing" if name == seen.first else "reached" if name in seen.reached else "elsewhere"
    told = f"live in {name}; the trouble begins in {seen.first}" + (
        f" and reaches {', '.join(seen.reached[:4])}" if seen.reached else ""
    )
    evidence = [*facts.evidence_of(MessagesQuestion), *facts.evidence_of(SpansQuestion)]
    return Reading(outcome=outcome, statement=told, evidence=evidence)


PROBE = Probe(
    name="deployed where",
    question="was it deployed where the trouble begins?",
    otherwise={"first failing": 0.38, "reached": 0.22, "elsewhere": 0.40},
    cost=0.2,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
)
