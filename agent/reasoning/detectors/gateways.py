"""Gateways that send a path elsewhere: a service nobody routes to, whose path another one gets."""

import re
from collections import Counter

from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Backend, Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.reach import alike

WAYS_IN = ("Ingress", "HTTPRoute", "ConfigMap")
"""Where paths are written down: in objects of their own, and in a gateway's configuration."""

SAME, OTHER = 0.9, 0.75
"""How alike a path's word and a service's own words must be to mean it, and from which on the target may be meant."""


def detect(facts: Facts) -> list[Finding]:
    """For every path whose word names one Service and that goes to another; and for Services left without any path."""
    estate = facts.estate
    if estate is None or not estate.backends:
        return []
    lost = orphans(facts, estate)
    named = {name: backend for backend in estate.backends if (name := _meant(estate, backend))}
    found = [
        _finding(facts, estate, name, f"the gateway sends {b.path} to {b.service}", 0.9 if name in lost else 0.4)
        for name, b in named.items()
    ]
    others = {name: sum(c.callee.name == name for c in facts.calls) - 1 for name in lost if name not in named}
    if doubled(estate) and (used := sum(others.values())):
        found += [
            _finding(
                facts,
                estate,
                name,
                f"{count} others call {name}, the gateway does, and no path leads to it",
                0.3 * count / used,
            )
            for name, count in others.items()
        ]
    return found


def orphans(facts: Facts, estate: Estate) -> list[str]:
    """Services that those who hold the routes are known to call, and to which no path leads; none where paths are out of sight."""
    if not estate.knows(*WAYS_IN):
        return []
    objects = {backend.entity.name for backend in estate.backends}
    holders = {
        w.entity.name
        for w in estate.workloads
        if objects & {v.source for v in w.template.volumes}
        | objects & {r.name for c in w.template.containers for r in c.references}
    }
    routed = {backend.service for backend in estate.backends}
    return sorted({c.callee.name for c in facts.calls if c.caller.name in holders} - routed)


def doubled(estate: Estate) -> list[str]:
    """Services to which more than one path leads."""
    return [name for name, count in Counter(b.service for b in estate.backends).items() if count > 1]


def _meant(estate: Estate, backend: Backend) -> str:
    """The Service a path's words name, where that is not the one it goes to."""
    names = sorted({route.entity.name for route in estate.routes})
    shared = _shared(names)
    words = [_own(word, shared) for word in re.split(r"[/*{}]+", backend.path) if word]
    if any(alike(word, _own(backend.service, shared)) >= OTHER for word in words):
        return ""
    scored = [(alike(word, _own(name, shared)), name) for name in names for word in words if len(word) > 2]  # noqa: PLR2004
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= SAME else ""


def _shared(names: list[str]) -> list[str]:
    """Words that most Services have in their name: they tell none from another."""
    words = Counter(word for name in names for word in set(name.split("-")))
    return [word for word, count in words.items() if count > len(names) / 2]


def _own(name: str, shared: list[str]) -> str:
    plain = name.lower()
    for word in shared:
        plain = re.sub(rf"(?:^{re.escape(word)}-|-?{re.escape(word)}$)", "", plain)
    return plain or name


def _finding(facts: Facts, estate: Estate, name: str, told: str, trust: float) -> Finding:
    return Finding(
        kind=FindingKind.MISROUTED,
        entity=Entity(kind="Service", namespace=estate.namespace, name=name),
        statement=told,
        normal="a path leads to the service it names",
        evidence=facts.evidence_of(InventoryQuestion),
        cause="gateway-sends-elsewhere",
        trust=trust,
    )
