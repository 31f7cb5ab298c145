"""How many names do not resolve, and for how many services? A wrong name in a configuration is one name of one service."""

import re

from agent.model.question import MessagesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.outside_signs import WORDINGS, hosts, sign
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import symptoms

MANY = 2


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and bool(symptoms(facts).loud)


def _read(facts: Facts, _subject: Subject) -> Reading | None:
    found = sign(facts, "name-resolution")
    spoken = re.compile(WORDINGS["name-resolution"], re.IGNORECASE)
    told = [m.text for m in facts.messages if spoken.search(m.text) and m.service in found.services]
    names = {host for text in told for host in hosts(text)}
    outcome = (
        "none"
        if not found.services
        else "many"
        if len(found.services) >= MANY and max(len(names), 1) >= MANY
        else "one"
    )
    statement = f"{len(names)} names do not resolve, for {', '.join(found.services[:4]) or 'no service'}"
    return Reading(outcome=outcome, statement=statement, evidence=facts.evidence_of(MessagesQuestion))


PROBE = Probe(
    name="names unresolved",
    question="do many names not resolve, for several services?",
    otherwise={"many": 0.01, "one": 0.05, "none": 0.94},
    cost=0.3,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
    whole=True,
)
