"""Do the errors name a host outside the estate that answers with failures of its own, and to how many services?"""

import re

from agent.model.question import MessagesQuestion, SpansQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.outside_signs import WORDINGS, outside_hosts
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import symptoms

SEVERAL = 2


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and bool(symptoms(facts).loud)


def _read(facts: Facts, _subject: Subject) -> Reading | None:
    failing = re.compile(WORDINGS["provider-impaired"], re.IGNORECASE)
    outside = set(outside_hosts(facts))
    telling: dict[str, set[str]] = {}
    for saying in symptoms(facts).loud:
        text = " ".join([saying.text, *saying.fields.values()])
        for host in outside:
            if host in text.lower() and failing.search(saying.text):
                telling.setdefault(host, set()).add(saying.service)
    services = set().union(*telling.values()) if telling else set()
    outcome = "none" if not services else "several services" if len(services) >= SEVERAL else "one service"
    told = f"{', '.join(sorted(telling)[:2]) or 'no outside host'} fails for {', '.join(sorted(services)) or 'nobody'}"
    evidence = [*facts.evidence_of(MessagesQuestion), *facts.evidence_of(SpansQuestion)]
    return Reading(outcome=outcome, statement=told, evidence=evidence)


PROBE = Probe(
    name="outside host fails",
    question="does a host outside the estate answer with failures of its own?",
    otherwise={"several services": 0.02, "one service": 0.07, "none": 0.91},
    cost=0.3,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
    whole=True,
)
