"""Do several services fail in the same way within the same moments? One commit of one of them cannot do that."""

from datetime import timedelta

from agent.model.question import MessagesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.outside_signs import sign
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import symptoms

MOMENTS = timedelta(minutes=3)


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and sign(facts, "name-resolution").share > 0


def _read(facts: Facts, _subject: Subject) -> Reading | None:
    speaking = set(sign(facts, "name-resolution").services)
    firsts: dict[str, list[float]] = {}
    for saying in symptoms(facts).loud:
        if saying.service in speaking and saying.first:
            firsts.setdefault(saying.service, []).append(saying.first.timestamp())
    starts = sorted(min(times) for times in firsts.values())
    together = sum(start - starts[0] <= MOMENTS.total_seconds() for start in starts) if starts else 0
    outcome = "several" if together > 1 else "one"
    told = f"{together} services began to fail alike within {MOMENTS.seconds // 60} min"
    return Reading(outcome=outcome, statement=told, evidence=facts.evidence_of(MessagesQuestion))


PROBE = Probe(
    name="struck together",
    question="do several services fail alike from the same moment on?",
    otherwise={"several": 0.12, "one": 0.88},
    cost=0.4,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
    whole=True,
)
