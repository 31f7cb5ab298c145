"""A node or a zone that makes what runs on it fail: hardware, its network, its kubelet or its disk."""

from agent.model.entity import Entity
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts
from agent.reasoning.places import PLACES, places_of

WEIGHT = {"node": 0.05, "zone": 0.03}
"""Shared among the places. Machines fail far less often than people change things; a sick one fails everything on it."""


def _suspect(facts: Facts) -> list[Suspicion]:
    found = []
    for dimension, kind in PLACES.items():
        by_place = places_of(facts, facts.profile, dimension)
        if len(by_place) < 2:  # noqa: PLR2004 - with one place there is nothing to compare
            continue
        found += [
            Suspicion(
                entity=Entity(kind=kind, name=place),
                claim=f"what runs on {dimension} {place} fails",
                weight=WEIGHT[dimension] / len(by_place),
            )
            for place in sorted(by_place)
        ]
    return found


CAUSES = [
    Cause(
        name="failing-place",
        title="failing node or zone",
        suspect=_suspect,
        own={
            "place split": {"only there": 0.93, "both": 0.05, "only elsewhere": 0.02},
        },
        elsewhere={
            "revision split": {"only new": 0.08, "both": 0.86, "only old": 0.06},
            "failing edge": {"explains": 0.10, "some": 0.15, "quiet": 0.75},
        },
        advice="cordon {service}, move its pods away, and look at the machine",
    ),
]
