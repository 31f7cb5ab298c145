"""Does any path of the gateway lead to the service, or does another have two?"""

from agent.model.inventory import SERVING
from agent.model.question import InventoryQuestion
from agent.reasoning.detectors.gateways import WAYS_IN, doubled, orphans
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, needs_nothing


def _applies(facts: Facts, subject: Subject) -> bool:
    return bool(facts.estate and facts.estate.backends) and subject.entity.kind == "Service" and not subject.change


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate = facts.estate
    if estate is None:
        return None
    name = subject.entity.name
    routed = [backend.path for backend in estate.backends if backend.service == name]
    if routed:
        return _reading(facts, "routed", f"{', '.join(routed[:3])} lead to {name}")
    if not estate.knows(*WAYS_IN):
        return None
    if name not in orphans(facts, estate):
        if not estate.knows(*SERVING):
            return None  # the gateway itself may be out of sight
        return _reading(facts, "not called", f"no path leads to {name}, and the gateway is not known to call it")
    twins = doubled(estate)
    told = f"no path leads to {name}, which the gateway calls; more than one leads to {', '.join(twins) or 'nobody'}"
    return _reading(facts, "lost" if twins else "without a path", told)


def _reading(facts: Facts, outcome: str, told: str) -> Reading:
    return Reading(outcome=outcome, statement=told, evidence=facts.evidence_of(InventoryQuestion))


PROBE = Probe(
    name="gateway paths",
    question="does a path of the gateway lead to it?",
    otherwise={"routed": 0.72, "not called": 0.16, "without a path": 0.07, "lost": 0.05},
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
