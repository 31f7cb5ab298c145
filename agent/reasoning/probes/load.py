"""Did more come in, before or as it began to fail?"""

from datetime import timedelta

from agent.model.question import RangeQuestion
from agent.model.signal import SignalKind
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import began, symptoms

MORE = 1.6
"""Times the usual load."""

AFTER = timedelta(minutes=2)
OUTGOING = ("out", "retry", "client", "upstream", "egress", "query", "queries", "write", "db_", "error", "fail")
"""Words of metrics that measure what a service sends, not what comes in."""


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and bool(symptoms(facts).loud)


def _read(facts: Facts, _subject: Subject) -> Reading | None:
    start = began(facts)
    coming = [s for s in facts.signals if s.kind is SignalKind.TRAFFIC and not any(word in s.name.lower() for word in OUTGOING)]
    risen = [
        c
        for c in symptoms(facts).courses
        if c.signal in coming and c.shift.up and c.shift.factor >= MORE and c.shift.at <= start + AFTER
    ]
    outcome = "rose" if risen else "flat" if coming else "unseen"
    told = f"{risen[0].signal.name} of {risen[0].signal.service.name} from {risen[0].shift.before:.0f} to {risen[0].shift.after:.0f}" if risen else f"{len(coming)} courses of traffic, none rose"
    return Reading(outcome=outcome, statement=told, evidence=facts.evidence_of(RangeQuestion))


PROBE = Probe(
    name="load",
    question="did more come in before it began to fail?",
    otherwise={"rose": 0.08, "flat": 0.42, "unseen": 0.50},
    cost=0.3,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
)
