"""Bounded things nearly used up: shares of a limit that are high now, whether or not they have just risen."""

import numpy as np

from agent.model.finding import Finding, FindingKind
from agent.model.signal import Signal, SignalKind, Statistic
from agent.reasoning.facts import Facts, service_entity

FULL = 0.9
"""The share from which kernels evict, pools queue and operators get paged."""

HELD_BACK = 0.25
"""The share of CPU periods in which a container was throttled from which latency suffers (the usual alert's threshold)."""

LATELY = 5
"""Samples at the end of the course that say how it is now."""

BOUNDED = (SignalKind.SATURATION, SignalKind.CPU, SignalKind.MEMORY, SignalKind.THROTTLING)


def detect(facts: Facts) -> list[Finding]:
    """One for each share that is close to its limit."""
    return [finding for signal in facts.signals if (finding := _of(signal)) is not None]


def _of(signal: Signal) -> Finding | None:
    if signal.statistic is not Statistic.RATIO or signal.kind not in BOUNDED or not signal.values:
        return None
    whole = 100.0 if "perc" in signal.name or "pct" in signal.name else 1.0
    now = float(np.median(signal.values[-LATELY:])) / whole
    limit = HELD_BACK if signal.kind is SignalKind.THROTTLING else FULL
    if now < limit:
        return None
    return Finding(
        kind=FindingKind.SATURATED,
        entity=service_entity(signal.service),
        statement=f"{signal.name} is at {now:.0%}",
        normal=f"below {limit:.0%}",
        magnitude=now,
        evidence=[signal.evidence] if signal.evidence else [],
    )
