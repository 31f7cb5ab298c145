"""Services that do not reach their pods although the pods are well: no endpoints, or connections refused."""

import re

from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Declared, Estate, Route
from agent.model.message import Message
from agent.model.question import InventoryQuestion, MessagesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.lastwords import saying
from agent.reasoning.owners import entity_of, pods_of
from agent.reasoning.reach import fault, meant

WORDS = {
    "selector": "service-selector-wrong",
    "target port": "service-port-wrong",
    "protocol": "service-protocol-wrong",
}
COMPLAINT = re.compile(r"connection refused|ECONNREFUSED|connect(?:ion)? timed? ?out|i/o timeout|UnableToConnect|no route to host|connect: ", re.IGNORECASE)  # fmt: skip


def detect(facts: Facts) -> list[Finding]:
    """For every Service whose pods are ready, or would be: is it served, and does anybody complain?"""
    estate = facts.estate
    if estate is None:
        return []
    complaining = saying(facts, COMPLAINT)
    found = []
    for route in estate.routes:
        declared = meant(estate, route)
        if declared is None or not any(running.pod.ready for running in pods_of(estate, declared.entity.name)):
            continue
        found += _of(facts, estate, route, declared, _complaints(complaining, route))
    return found


def _of(facts: Facts, estate: Estate, route: Route, declared: Declared, heard: list[str]) -> list[Finding]:
    empty = bool(route.selector) and not route.ready
    wrong, told = fault(estate, route)
    if not empty and not heard and wrong in ("sound", ""):
        return []
    base = 0.05 + (0.10 if heard else 0.0) + (0.35 if empty else 0.0)
    trusts = {
        "service-selector-wrong": base if empty else 0.02,
        "service-port-wrong": 0.05 if empty else base,
        "service-protocol-wrong": 0.05 if empty else base,
    }
    named = WORDS.get(wrong)
    if named:  # both specs lie open: the mismatch itself is a sign
        trusts[named] += 0.35 + (0.20 if heard else 0.0)
    said = f"no endpoint for {route.entity.name}" if empty else f"{route.entity.name} has endpoints"
    said += f", {len(heard)} callers complain" if heard else ""
    return [
        Finding(
            kind=FindingKind.MISROUTED,
            entity=entity_of(estate, declared.entity.name)
            if declared.entity.name == route.entity.name
            else route.entity,
            statement=f"{said}; {told}" if WORDS.get(wrong) == cause else said,
            normal="a Service leads to its ready pods",
            evidence=[*facts.evidence_of(InventoryQuestion), *(facts.evidence_of(MessagesQuestion) if heard else [])],
            cause=cause,
            trust=trust,
        )
        for cause, trust in trusts.items()
        if trust > 0.04  # noqa: PLR2004 - nothing speaks for it
    ]


def _complaints(complaining: list[Message], route: Route) -> list[str]:
    """Services whose lines speak of failed connections to this one, by name or address."""
    marks = [f"{route.entity.name}:{port.number}" for port in route.ports]
    marks += [f"{route.cluster_address}:"] if route.cluster_address else []
    return sorted({message.service for message in complaining if any(mark in message.text for mark in marks)})
