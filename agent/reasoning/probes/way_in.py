"""By the specs of routes, Gateways and Services, do the ways in lead to the service?"""

from agent.model.entity import Entity
from agent.model.inventory import Estate
from agent.model.question import InventoryQuestion, MessagesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, needs_nothing
from agent.reasoning.ways import about, astray, backends, detached, fault, leads


def _applies(facts: Facts, subject: Subject) -> bool:
    estate = facts.estate
    return subject.entity.kind == "Service" and not subject.change and bool(estate and backends(facts, estate))


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate = facts.estate
    if estate is None:
        return None
    outcome, told = _judged(facts, estate, subject.entity)
    heard = facts.evidence_of(MessagesQuestion) if outcome == "no path" else []
    return Reading(outcome=outcome, statement=told, evidence=[*facts.evidence_of(InventoryQuestion), *heard])


def _judged(facts: Facts, estate: Estate, entity: Entity) -> tuple[str, str]:
    mine = [one for one in backends(facts, estate) if about(estate, one) == entity]
    ways = {way.entity: way for way in estate.ways}
    for one in mine:
        if wrong := fault(estate, one):
            return (
                wrong,
                f"{one.entity.kind} {one.entity.name} sends {one.path or '/'} to {one.service}:{one.port}: {wrong}",
            )
    for one in mine:
        if one.entity in ways and (why := detached(estate, ways[one.entity])):
            return "not attached", f"HTTPRoute {one.entity.name}: {why}"
    for asked, path, _ in astray(facts, estate):
        if asked == entity and entity.name not in leads(facts, estate, path):
            others = ", ".join(sorted(leads(facts, estate, path))) or "nobody"
            return "no path", f"{path} leads to {others}, not to {entity.name}"
    if not mine:
        return "no way", f"no way in is meant for {entity.name}"
    return (
        "leads",
        f"{', '.join(sorted({one.path or '/' for one in mine})[:3])} lead to {entity.name}, at a port it has",
    )


PROBE = Probe(
    name="way in",
    question="do the ways in lead to it, by the specs?",
    otherwise={
        "leads": 0.58,
        "no way": 0.34,
        "no such service": 0.02,
        "no such port": 0.02,
        "not attached": 0.02,
        "no path": 0.02,
    },
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
