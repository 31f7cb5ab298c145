"""Who is visibly in trouble, whatever the mechanism: pods that are missing, restart or wait, addresses without anybody behind, sick nodes.

Called by the cause that claims a place and no mechanism. What only suffers from a callee that is in trouble
as well is discounted: failure travels from callee to caller.
"""

from datetime import datetime, timedelta
from math import log1p

from agent.model.entity import Entity
from agent.model.finding import FindingKind
from agent.model.inventory import Declared, Estate, Running
from agent.reasoning.detectors import findings
from agent.reasoning.facts import Facts
from agent.reasoning.first_failing import origin
from agent.reasoning.owners import entity_of, pods_of, routes_to, short, told_of
from agent.reasoning.symptoms import symptoms

CARRIES, LACKING, FULL, RESTARTING, UNREACHED, SLOW, FIRST = 1.2, 1.0, 0.9, 0.8, 0.8, 0.6, 0.5
"""How loudly each sign speaks: what carries the others (a node, the namespace's own rules) before what it carries, no pods
are no service; the first to log errors may only have the best log."""

SUFFERS = 0.25
"""What is left where a callee is in as much trouble."""

AGAIN = 2
"""Restarts from which a container is taken to fail again and again."""

RECENT = timedelta(hours=1)
"""A container that last ended longer ago has recovered from whatever it was."""

USED_UP = 0.9
"""The share of a limit from which the next object may well be refused."""


def troubled(facts: Facts) -> dict[str, tuple[Entity, float, str]]:
    """By the entity's text: the entity, how much it is in trouble (0 to 1) and the loudest sign in words."""
    found: dict[str, tuple[Entity, float, str]] = {}

    def add(entity: Entity, amount: float, told: str) -> None:
        if amount > found.get(str(entity), (entity, 0.0, ""))[1]:
            found[str(entity)] = (entity, amount, told)

    estate = facts.estate
    if estate:
        for entity, amount, told in _seen(estate, facts.anchor):
            add(entity, amount, told)
    slowed = [finding for finding in findings(facts) if finding.kind is FindingKind.SLOWED]
    steepest = max((log1p(finding.magnitude) for finding in slowed), default=1.0)
    for finding in slowed:
        add(finding.entity, SLOW * log1p(finding.magnitude) / steepest, finding.statement)
    if symptoms(facts).loud and estate:
        add(entity_of(estate, origin(facts).first), FIRST, "is the first to log errors, and blames nobody else")
    return _discounted(facts, found)


def _seen(estate: Estate, now: datetime) -> list[tuple[Entity, float, str]]:
    rows = [(entity_of(estate, w.entity.name), *sign) for w in estate.workloads if (sign := _sign(estate, w, now))]
    rows += [
        (route.entity, UNREACHED, "no pod is ready behind its address")
        for declared in estate.workloads
        for route in routes_to(estate, declared)
        if not route.ready
    ]
    rows += [
        (Entity(kind="Node", name=node.name), CARRIES, "the node is not ready")
        for node in estate.machines
        if not node.ready
    ]
    rows += [
        (Entity(kind="Node", name=part.node), CARRIES, f"{part.name} is not well: {part.detail[:80]}")
        for part in estate.components
        if not part.healthy and part.node
    ]
    return [*rows, *_refused(estate)]


def _sign(estate: Estate, declared: Declared, now: datetime) -> tuple[float, str] | None:
    pods = pods_of(estate, declared.entity.name)
    if short(declared) or any(not running.pod.ready for running in pods):
        ready = sum(running.pod.ready for running in pods)
        return LACKING, f"{ready} of {declared.replicas} pods are ready"
    restarts = max((_restarts(running, now) for running in pods), default=0)
    return (RESTARTING, f"a container restarted {restarts} times") if restarts >= AGAIN else None


def _restarts(running: Running, now: datetime) -> int:
    """The most often restarted container's count, of those that ended lately or nobody knows when."""
    return max(
        (
            container.restarts
            for container in running.pod.containers
            if container.last_ended is None
            or container.last_ended.at is None
            or container.last_ended.at >= now - RECENT
        ),
        default=0,
    )


def _refused(estate: Estate) -> list[tuple[Entity, float, str]]:
    """The namespace itself, where it refuses what its workloads need: by a rule of its own that a refusal names, or one used up."""
    whole = Entity(kind="Namespace", name=estate.namespace)
    lacking = [w for w in estate.workloads if short(w) and len(pods_of(estate, w.entity.name)) < w.replicas]
    said = [e.message for w in lacking for e in told_of(estate, w.entity.name) if e.reason == "FailedCreate"]
    rules = [quota.entity.name for quota in estate.quotas]
    rows = [(whole, CARRIES, message[:200]) for message in said if any(rule in message for rule in rules)]
    rows += [
        (whole, FULL, f"{quota.entity.name}: {quota.used.get(name, 0.0):g} of {hard:g} {name} are used")
        for quota in estate.quotas
        for name, hard in quota.hard.items()
        if quota.used.get(name, 0.0) >= hard * USED_UP
    ]
    return rows


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
