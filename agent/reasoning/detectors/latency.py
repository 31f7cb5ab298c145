"""Services that answer more slowly than they did: shifts of means and quantiles, the service's own first."""

from agent.model.finding import Finding, FindingKind
from agent.model.signal import SignalKind
from agent.reasoning.facts import Facts, service_entity


def detect(facts: Facts) -> list[Finding]:
    """One for each service: its clearest latency."""
    rows = {row.service: row for row in reversed(facts.moved) if row.kind is SignalKind.LATENCY and row.strength > 0}
    return [
        Finding(
            kind=FindingKind.SLOWER,
            entity=service_entity(service),
            statement=f"{row.name} rose to {row.shift.after:.4g} at {row.shift.onset:%H:%M:%S}",
            normal=f"{row.shift.before:.4g}",
            onset=row.shift.onset,
            magnitude=row.shift.after / row.shift.before if row.shift.before > 0 else 0.0,
            evidence=[row.evidence] if row.evidence else [],
        )
        for service, row in sorted(rows.items(), key=lambda pair: -pair[1].strength)
    ]
