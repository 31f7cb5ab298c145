"""What moved when the trouble began, and where in the map the trouble starts."""

from agent.model.finding import Finding, FindingKind
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.origin import TELLING

MOST = 5
"""Services, and parts of the trouble, worth telling."""


def detect(facts: Facts) -> list[Finding]:
    """The strongest shift of each service, and the heaviest parts of the alerting service's trouble."""
    return [*_shifts(facts), *_parts(facts)]


def _shifts(facts: Facts) -> list[Finding]:
    strongest = {row.service: row for row in reversed(facts.moved) if row.strength > 0}
    rows = sorted(strongest.values(), key=lambda row: (-row.strength, str(row.service)))[:MOST]
    return [
        Finding(
            kind=FindingKind.SHIFTED,
            entity=service_entity(row.service),
            statement=f"{row.name} went {'up' if row.shift.direction > 0 else 'down'} to {row.shift.after:.4g} at {row.shift.onset:%H:%M:%S}",
            normal=f"{row.shift.before:.4g}",
            onset=row.shift.onset,
            magnitude=abs(row.shift.size),
            evidence=[row.evidence] if row.evidence else [],
        )
        for row in rows
    ]


def _parts(facts: Facts) -> list[Finding]:
    origin = facts.origin
    if origin is None:
        return []
    refs = {signal.service.name: signal.service for signal in facts.signals}
    return [
        Finding(
            kind=FindingKind.ORIGIN,
            entity=service_entity(refs[part.service]),
            statement=f"{part.share:.0%} of the {part.harm} {origin.alerting} gained is its own: {part.since:.4g}",
            normal=f"{part.before:.4g}",
            onset=part.onset,
            magnitude=part.share,
            evidence=part.evidence,
        )
        for part in origin.parts[:MOST]
        if part.unusual >= TELLING and part.share > 0
    ]
