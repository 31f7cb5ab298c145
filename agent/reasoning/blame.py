"""Which services degrade by themselves, how strongly that is suspected, and by what mechanism: what the causes of metrics share.

Called by `causes.degraded`. With a map, a service's own part in the alerting service's trouble decides;
without one, how far its own measurements moved. One mechanism a service, so that causes of the same
service do not share the evidence among them.
"""

from enum import StrEnum
from math import e, exp, log

from agent.model.entity import Entity, ServiceRef
from agent.model.record import Record
from agent.model.signal import SignalKind
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.origin import Origin
from agent.reasoning.shifts import NOTICED, Moved, by_service

WITHIN_CHANCE = 0.25
"""What is left of a suspicion when nothing but an ordinary change was seen: the trouble may be none."""

CHANGED = 0.3
"""What is left when something of the service was changed shortly before: then the change is the better explanation."""

BARELY = 0.02
"""The share of services that moved, but not for the worse: somebody has to come last."""


class Mechanism(StrEnum):
    """How a service degrades, as its own measurements say."""

    CPU = "cpu"  # in use, or held back by its limit
    MEMORY = "memory"
    TRAFFIC = "traffic"  # more requests than usual
    UNKNOWN = "unknown"  # slower or failing, nothing of its own resources moved


MECHANISMS = {
    SignalKind.CPU: Mechanism.CPU,
    SignalKind.THROTTLING: Mechanism.CPU,
    SignalKind.MEMORY: Mechanism.MEMORY,
    SignalKind.TRAFFIC: Mechanism.TRAFFIC,
}


class Blamed(Record):
    """A service that may degrade by itself; shares of all add up to at most one."""

    service: ServiceRef
    mechanism: Mechanism
    share: float
    told: str  # what was seen, in numbers
    evidence: list[str]
    direct: bool = False  # the alerting service calls it: the cause "dependency down" speaks for it

    @property
    def entity(self) -> Entity:
        """As hypotheses call it."""
        return service_entity(self.service)


def blamed(facts: Facts) -> list[Blamed]:
    """Heaviest first. Of the alerting service other causes speak: out of memory, and the rest class where nobody knows how."""
    if facts.profile.service.whole and facts.calls:
        return []  # with a map and nobody who alerts, where slowness comes from is agent.reasoning.slowness' business
    found = _mapped(facts) if facts.origins else _moved(facts)
    others = (Mechanism.UNKNOWN, Mechanism.MEMORY)
    telling = [one for one in found if one.service != facts.profile.service or one.mechanism not in others]
    return sorted(telling, key=lambda one: (-one.share, one.service.name))


def _mapped(facts: Facts) -> list[Blamed]:
    """By each service's own part in the trouble of the alerting one."""
    origin = facts.origin or facts.origins[0]
    refs = {signal.service.name: signal.service for signal in facts.signals}
    direct = {call.callee.name for call in facts.calls if call.caller == facts.profile.service}
    parts = [part for part in origin.parts if part.service in refs]
    total = sum(part.weight for part in parts) or 1.0
    certain = certainty(origin)
    rows = by_service(facts.moved)
    return [
        Blamed(
            service=refs[part.service],
            mechanism=_mechanism(rows.get(refs[part.service], []), resources_only=True),
            share=certain
            * _unchanged(facts, refs[part.service])
            * max(part.weight, BARELY / len(parts))
            / max(total, BARELY),
            told=(
                f"{part.share:.0%} of the {part.harm} that {origin.alerting} gained since {part.onset:%H:%M:%S} is its own "
                f"({part.before:.4g} before, {part.since:.4g} since)"
            ),
            evidence=part.evidence,
            direct=part.service in direct,
        )
        for part in parts
    ]


def certainty(origin: Origin) -> float:
    """How far the reading can be trusted: rises as the chance falls, as fast as odds may by it (Sellke and others, 2001)."""
    if origin.beyond_chance:
        return 1.0
    odds = -1 / (e * origin.chance * log(origin.chance)) if origin.chance < 1 / e else 1.0
    return min(WITHIN_CHANCE * odds, 1.0)


def _moved(facts: Facts) -> list[Blamed]:
    """By how far each service's own measurements moved for the worse."""
    rows = by_service(facts.moved)
    if not facts.profile.service.whole:
        rows = {service: mine for service, mine in rows.items() if service == facts.profile.service}
    strengths = {service: exp(mine[0].strength) for service, mine in rows.items()}
    total = sum(strengths.values()) or 1.0
    found = [
        Blamed(
            service=service,
            mechanism=_mechanism(mine, resources_only=False),
            share=_unchanged(facts, service) * strengths[service] / total,
            told=str(mine[0]),
            evidence=[mine[0].evidence] if mine[0].evidence else [],
        )
        for service, mine in rows.items()
    ]
    others = {row.service: row for row in reversed(facts.moved) if row.service not in rows} if found else {}
    return found + [
        Blamed(
            service=service,
            mechanism=Mechanism.UNKNOWN,
            share=BARELY / max(len(others), 1),
            told=str(row),
            evidence=[row.evidence] if row.evidence else [],
        )
        for service, row in others.items()
        if facts.profile.service.whole
    ]


def _mechanism(rows: list[Moved], *, resources_only: bool) -> Mechanism:
    """That of its strongest signal; of a mapped service, whose harm is known, that of its strongest resource."""
    if resources_only:
        rows = [row for row in rows if row.kind in MECHANISMS]
    strongest = next((row for row in rows if abs(row.shift.size) >= NOTICED), None)
    return MECHANISMS.get(strongest.kind, Mechanism.UNKNOWN) if strongest else Mechanism.UNKNOWN


def _unchanged(facts: Facts, service: ServiceRef) -> float:
    touched = any(change.entity.name == service.name for change in facts.changes)
    return CHANGED if touched else 1.0
