"""Is it the same record that fails again and again, or a different one each time?"""

import re
from collections import Counter

from agent.model.question import MessagesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.first_failing import origin
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import symptoms
from agent.reasoning.templates import loud

_RECORD = re.compile(
    r"\b((?:record|message|msg|event|document|doc|row|item|object|job|task|order|entity|line|file|batch|payload)[_ .-]?(?:id|key|no|number)?|offset|key|id|sequence|seq|lsn|position)\s*[=:# ]\s*[\"']?([\w.:-]*\d[\w.:-]*)",
    re.IGNORECASE,
)
FEWEST, SAME = 4, 0.7
"""Failures that name a record, and the share of them that must name the same."""

NAMING = 0.4
"""The share of failures that must name one at all."""


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and bool(symptoms(facts).loud)


def _read(facts: Facts, _subject: Subject) -> Reading | None:
    first = origin(facts).first
    new = {s.template for s in symptoms(facts).loud if s.service == first}
    failures = [m for m in facts.messages if m.service == first and m.at and new and loud(m.level, m.text)]
    if len(failures) < FEWEST:
        return None
    records = [
        {found.group(0).lower().rstrip(".:-") for found in _RECORD.finditer(" ".join([m.text, *m.fields.values()]))}
        for m in failures
    ]
    naming = [record for record in records if record]
    top = Counter(name for record in naming for name in record).most_common(1)
    enough = len(naming) >= max(FEWEST, NAMING * len(failures))
    outcome = "none" if not enough else "one" if top[0][1] >= SAME * len(naming) else "many"
    told = f"{top[0][0]} in {top[0][1]} of {len(failures)} failures" if top and enough else "failures name no record"
    return Reading(outcome=outcome, statement=told, evidence=facts.evidence_of(MessagesQuestion))


PROBE = Probe(
    name="same record",
    question="does the same record fail again and again?",
    otherwise={"one": 0.02, "many": 0.13, "none": 0.85},
    cost=0.3,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
    whole=True,
)
