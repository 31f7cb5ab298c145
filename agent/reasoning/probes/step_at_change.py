"""Did anything measured or logged of the service move just when the change went live: before the trouble, or with it?"""

from datetime import UTC, datetime, timedelta

from agent.model.question import MessagesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject
from agent.reasoning.probes.deployed_before import KINDS, live_since
from agent.reasoning.symptoms import began, symptoms

WITHIN = timedelta(minutes=2)
BEFORE = timedelta(seconds=30)


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is not None and subject.change.kind in KINDS and bool(facts.signals or facts.messages)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    since = live_since(facts, subject)
    if since is None:
        return None
    if began(facts).timestamp() - since < WITHIN.total_seconds():
        return None  # whatever moves then may be the trouble itself
    at, name, seen = datetime.fromtimestamp(since, UTC), subject.entity.name, symptoms(facts)
    moved = [
        c.signal.name
        for c in seen.courses
        if c.signal.service.name == name and at - BEFORE <= c.shift.at <= at + WITHIN
    ]
    spoke = [
        f'"{s.text[:60]}"'
        for s in seen.sayings
        if s.service == name and s.first and at - BEFORE <= s.first <= at + WITHIN
    ]
    found = [*moved, *spoke]
    told = (
        f"since then: {', '.join(found[:3])}" if found else f"nothing of {name} moved within {WITHIN.seconds // 60} min"
    )
    evidence = [*facts.change_evidence(), *facts.evidence_of(MessagesQuestion)]
    return Reading(outcome=Outcomes.YES if found else Outcomes.NO, statement=told, evidence=evidence)


PROBE = Probe(
    name="step at change",
    question="did anything of the service move when it went live?",
    otherwise={Outcomes.YES: 0.14, Outcomes.NO: 0.86},
    cost=0.3,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
)
