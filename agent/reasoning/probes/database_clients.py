"""What do the clients of this database say of it?"""

from agent.model.question import MessagesQuestion
from agent.reasoning.detectors.databases import FULL, NOBODY, READ_ONLY, clients, database
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing

KINDS = {"full": FULL, "read-only": READ_ONLY, "nobody": NOBODY}


def _served(facts: Facts, subject: Subject) -> dict[str, list[str]]:
    """By complaint, the clients of this database that make it."""
    estate = facts.estate
    if estate is None or subject.change or subject.entity.kind != "Service":
        return {}
    found = {}
    for kind, words in KINDS.items():
        said = [name for name in clients(facts, words) if subject.entity in [e for e, _ in database(estate, [name])]]
        if said:
            found[kind] = said
    return found


def _read(facts: Facts, subject: Subject) -> Reading | None:
    served = _served(facts, subject)
    if not served:
        return None
    kind, who = max(served.items(), key=lambda row: len(row[1]))
    return Reading(
        outcome=kind if len(who) > 1 else f"{kind}, to one",
        statement=f"{len(who)} clients are told so: {', '.join(sorted(who)[:5])}",
        evidence=facts.evidence_of(MessagesQuestion),
    )


PROBE = Probe(
    name="database clients",
    question="what do the clients of this database say?",
    otherwise=evenly("quiet", *KINDS, *(f"{kind}, to one" for kind in KINDS)),
    cost=0.3,
    applies=lambda facts, subject: bool(_served(facts, subject)),
    needs=needs_nothing,
    read=_read,
)
