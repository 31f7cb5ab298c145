"""Who is visibly in trouble, whatever the mechanism: pods that are missing, restart or wait, addresses without anybody behind, sick nodes.

Called by the cause that claims a place and no mechanism. What only suffers from a callee that is in trouble
as well is discounted: failure travels from callee to caller.
"""

from agent.model.entity import Entity
from agent.model.finding import FindingKind
from agent.model.inventory import Declared, Estate
from agent.reasoning.detectors import findings
from agent.reasoning.facts import Facts
from agent.reasoning.first_failing import origin
from agent.reasoning.owners import entity_of, pods_of, short
from agent.reasoning.symptoms import symptoms

LACKING, RESTARTING, UNREACHED, SLOW, FIRST = 1.0, 0.8, 0.8, 0.6, 0.5
"""How loudly each sign speaks: no pods are no service; the first to log errors may only have the best log."""

SUFFERS = 0.25
"""What is left where a callee is in as much trouble."""

AGAIN = 2
"""Restarts from which a container is taken to fail again and again."""


def troubled(facts: Facts) -> dict[str, tuple[Entity, float, str]]:
    """By the entity's text: the entity, how much it is in trouble (0 to 1) and the loudest sign in words."""
    found: dict[str, tuple[Entity, float, str]] = {}

    def add(entity: Entity, amount: float, told: str) -> None:
        if amount > found.get(str(entity), (entity, 0.0, ""))[1]:
            found[str(entity)] = (entity, amount, told)

    estate = facts.estate
    if estate:
        for entity, amount, told in _seen(estate):
            add(entity, amount, told)
    for finding in findings(facts):
        if finding.kind is FindingKind.SLOWED:
            add(finding.entity, SLOW, finding.statement)
    if symptoms(facts).loud and estate:
        add(entity_of(estate, origin(facts).first), FIRST, "is the first to log errors, and blames nobody else")
    return _discounted(facts, found)


def _seen(estate: Estate) -> list[tuple[Entity, float, str]]:
    rows = [(entity_of(estate, w.entity.name), *sign) for w in estate.workloads if (sign := _sign(estate, w))]
    rows += [
        (route.entity, UNREACHED, "no pod is ready behind its address")
        for route in estate.routes
        if route.selector and not route.ready
    ]
    rows += [
        (Entity(kind="Node", name=node.name), LACKING, "the node is not ready")
        for node in estate.machines
        if not node.ready
    ]
    rows += [
        (Entity(kind="Node", name=part.node), LACKING, f"{part.name} is not well: {part.detail[:80]}")
        for part in estate.components
        if not part.healthy and part.node
    ]
    return rows


def _sign(estate: Estate, declared: Declared) -> tuple[float, str] | None:
    pods = pods_of(estate, declared.entity.name)
    if short(declared) or any(not running.pod.ready for running in pods):
        ready = sum(running.pod.ready for running in pods)
        return LACKING, f"{ready} of {declared.replicas} pods are ready"
    restarts = max((c.restarts for running in pods for c in running.pod.containers), default=0)
    return (RESTARTING, f"a container restarted {restarts} times") if restarts >= AGAIN else None


def _discounted(facts: Facts, found: dict[str, tuple[Entity, float, str]]) -> dict[str, tuple[Entity, float, str]]:
    by_name = {entity.name: amount for entity, amount, _ in found.values()}
    callees: dict[str, set[str]] = {}
    for call in facts.calls:
        callees.setdefault(call.caller.name, set()).add(call.callee.name)
    return {
        key: (entity, amount * SUFFERS, told)
        if any(by_name.get(callee, 0.0) >= amount for callee in callees.get(entity.name, ()) if callee != entity.name)
        else (entity, amount, told)
        for key, (entity, amount, told) in found.items()
    }
