"""Services that are asked for more, or less, than before."""

from agent.model.finding import Finding, FindingKind
from agent.model.signal import SignalKind
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.probes.traffic_first import MORE


def detect(facts: Facts) -> list[Finding]:
    """One for each service whose requests shifted by a share worth telling."""
    rows = {
        row.service: row
        for row in reversed(facts.moved)
        if row.kind is SignalKind.TRAFFIC and abs(row.shift.relative) >= MORE
    }
    return [
        Finding(
            kind=FindingKind.TRAFFIC_SHIFTED,
            entity=service_entity(service),
            statement=f"{row.name} {'rose' if row.shift.direction > 0 else 'fell'} to {row.shift.after:.4g} at {row.shift.onset:%H:%M:%S}",
            normal=f"{row.shift.before:.4g}",
            onset=row.shift.onset,
            magnitude=abs(row.shift.relative),
            evidence=[row.evidence] if row.evidence else [],
        )
        for service, row in rows.items()
    ]
