"""Who complains of the database: one client, or several?"""

from agent.model.question import MessagesQuestion
from agent.reasoning.detectors.databases import COMPLAINTS, NOBODY, REFUSED, clients
from agent.reasoning.facts import Facts
from agent.reasoning.lastwords import saying
from agent.reasoning.probes import Probe, Reading, Subject, evenly, has_workload, needs_nothing, workload

KINDS = {"login": COMPLAINTS[0].words, "full": COMPLAINTS[1].words, "read-only": COMPLAINTS[2].words}


def _applies(facts: Facts, subject: Subject) -> bool:
    return bool(facts.messages) and has_workload(facts, subject)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = workload(facts, subject)
    if found is None:
        return None
    declared = found[1]
    name = declared.entity.name
    for kind, words in KINDS.items():
        said = clients(facts, words)
        if name in said:
            outcome = f"{kind}, alone" if len(said) == 1 else f"{kind}, of several"
            return _reading(facts, outcome, f"{', '.join(sorted(said)[:4])} told: {said[name]}")
    refused = {m.service for m in saying(facts, NOBODY) if REFUSED.search(m.text)}
    if name in refused:
        outcome = "nobody, alone" if len(refused) == 1 else "nobody, of several"
        return _reading(facts, outcome, f"drivers that reach nobody: {', '.join(sorted(refused)[:4])}")
    return _reading(facts, "none", "its lines speak of no database that refuses")


def _reading(facts: Facts, outcome: str, told: str) -> Reading:
    return Reading(outcome=outcome, statement=told, evidence=facts.evidence_of(MessagesQuestion))


OUTCOMES = [f"{kind}, {how}" for kind in (*KINDS, "nobody") for how in ("alone", "of several")]

PROBE = Probe(
    name="complaining clients",
    question="who complains of its database?",
    otherwise=evenly("none", *OUTCOMES, share=0.08),
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
