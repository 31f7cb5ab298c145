"""A service that degrades by itself, wherever in the map it stands: nobody changed it, and its callees do not explain it."""

from collections.abc import Callable

from agent.reasoning.blame import Mechanism, blamed
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts

WEIGHT = 0.30
"""Shared among all services, as that of a dependency that fails is."""

FAILING = {"own": 0.80, "some": 0.13, "passed on": 0.04, "quiet": 0.03}


def degraded(mechanism: Mechanism, claim: str) -> Callable[[Facts], list[Suspicion]]:
    """Suspects the services whose own part in the trouble shows a mechanism, each by its share."""

    def suspect(facts: Facts) -> list[Suspicion]:
        return [
            Suspicion(
                entity=one.entity,
                claim=f"{one.service.name} {claim}: {one.told}",
                weight=WEIGHT * one.share,
                evidence=one.evidence,
            )
            for one in blamed(facts)
            if one.mechanism is mechanism and not one.direct
        ]

    return suspect


CAUSES = [
    Cause(
        name="service-degraded",
        title="degraded by itself",
        suspect=degraded(Mechanism.UNKNOWN, "degrades by itself"),
        own={
            "own part": FAILING,
            "own resources": {"cpu": 0.08, "memory": 0.08, "bounded": 0.24, "none": 0.60},
            "traffic first": {"rose": 0.06, "fell": 0.24, "steady": 0.70},
        },
        broad=True,
        advice="look at {service} itself: its code paths, its data, its nodes; its callees do not explain it",
    ),
    Cause(
        name="cpu-saturation",
        title="out of CPU",
        suspect=degraded(Mechanism.CPU, "runs out of CPU"),
        own={
            "own part": FAILING,
            "own resources": {"cpu": 0.88, "memory": 0.04, "bounded": 0.05, "none": 0.03},
            "traffic first": {"rose": 0.15, "fell": 0.25, "steady": 0.60},
        },
        advice="find what burns CPU in {service}, raise its limit or add replicas",
    ),
    Cause(
        name="memory-growth",
        title="memory grows",
        suspect=degraded(Mechanism.MEMORY, "uses ever more memory"),
        own={
            "own part": FAILING,
            "own resources": {"cpu": 0.05, "memory": 0.88, "bounded": 0.04, "none": 0.03},
            "traffic first": {"rose": 0.12, "fell": 0.25, "steady": 0.63},
        },
        advice="find the leak in {service} or raise its memory limit; a restart buys time",
    ),
]
