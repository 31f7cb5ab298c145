"""What became slow, as latencies and retransmissions show: a service, or everything that crosses a node."""

from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Estate
from agent.reasoning import recent
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of
from agent.reasoning.recent import Shift
from agent.reasoning.slowness import node_fit, origins, resource, slow, steepness

LOSING, LOSING_TIMES = 2.0, 5.0
"""Retransmissions a second, and times the level before, of a node that loses packets."""

FITS = 0.85
"""Share of services that must fit a node's border; a chance pattern fits about half."""

SEVERAL = 3
"""Slow services without a slow callee from which on something they share is more likely than each by itself."""


def detect(facts: Facts) -> list[Finding]:
    """One finding an origin and mechanism; nothing where nothing became slow."""
    estate = facts.estate
    if estate is None:
        return []
    lossy = losing(facts)
    found = [
        _node(
            name,
            "node-network-losing",
            f"{s.high:.1f} retransmissions a second, before {s.before:.2f}",
            _loss_trust(s, lossy),
            s,
        )
        for name, s in lossy.items()
    ]
    return [*found, *_services(facts, estate, shared=bool(lossy)), *_nodes(facts, estate, shared=bool(lossy))]


def losing(facts: Facts) -> dict[str, Shift]:
    """By node, a rise of retransmissions that is more than noise."""
    used = {r.pod.node for r in facts.estate.pods} if facts.estate else set()
    rows = [s for s in recent.every(facts, "retransmits", node=True) if s.name in used]
    return {s.name: s for s in rows if s.high >= LOSING and s.times >= LOSING_TIMES}


def _loss_trust(shift: Shift, lossy: dict[str, Shift]) -> float:
    return 0.9 if shift.high >= max(s.high for s in lossy.values()) else 0.1


def _services(facts: Facts, estate: Estate, *, shared: bool) -> list[Finding]:
    found = origins(facts)
    many = len(found) >= SEVERAL or shared
    largest = max((steepness(facts, s) for s in found.values()), default=1.0)
    rows = []
    for name, shift in found.items():
        part = (steepness(facts, shift) / largest) ** 2 * (0.5 if many else 1.0)
        told = f"{shift.metric} went from {shift.before:.0f} to {shift.high:.0f}, and none it calls became as slow"
        for cause, trust in (("network-slow", 0.6), ("cpu-saturated", 0.3), ("program-slow", 0.12)):
            rows.append(_finding(entity_of(estate, name), cause, told, trust * part, shift))
    risen = slow(facts)
    rows += [
        _finding(
            entity_of(estate, s.name),
            "cpu-saturated",
            f"throttled {s.high:.2f} s a second, before {s.before:.2f}",
            0.5 * min((steepness(facts, risen[s.name]) / largest) ** 2, 1.0),
            s,
        )
        for s in recent.every(facts, "throttling")
        if s.name in risen and resource(facts, s.name)[0] == "throttled"
    ]
    return rows


def _nodes(facts: Facts, estate: Estate, *, shared: bool) -> list[Finding]:
    fits = {node: fit for node, fit in node_fit(facts, estate).items() if fit >= FITS}
    if not fits or shared:
        return []
    rises = {s.name: max(s.high - s.before, 0.0) for s in recent.every(facts, "retransmits", node=True)}
    total = sum(rises.get(node, 0.0) + 0.05 for node in fits)
    example = next(iter(slow(facts).values()))
    return [
        _node(
            node,
            "node-network-slow",
            f"slow is what crosses the border of {node}, and hardly anything else ({fit:.0%} of the services fit)",
            1.2 * (rises.get(node, 0.0) + 0.05) / total,
            example,
        )
        for node, fit in sorted(fits.items())
    ]


def _node(name: str, cause: str, told: str, trust: float, shift: Shift) -> Finding:
    return _finding(Entity(kind="Node", name=name), cause, told, trust, shift)


def _finding(entity: Entity, cause: str, told: str, trust: float, shift: Shift) -> Finding:
    return Finding(
        kind=FindingKind.SLOWED,
        entity=entity,
        statement=told,
        normal=f"{shift.before:.2f}",
        magnitude=shift.times,
        evidence=shift.evidence,
        cause=cause,
        trust=trust,
    )
