"""A dependency that fails by itself: nobody changed it, and no rollback of the caller would help."""

from agent.reasoning.blame import WITHIN_CHANCE, blamed
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts, service_entity

WEIGHT = 0.30
"""Shared among all dependencies, so that many of them do not drown every other suspect."""


def _suspect(facts: Facts) -> list[Suspicion]:
    edges = facts.profile.edges
    measured = [one for one in blamed(facts) if one.direct]
    known = {one.service.name.lower() for one in measured}
    # what its indicator counts as errors is beyond doubt; a course that may have moved by chance is not
    least = 1 / len(edges) if edges and facts.onset else 0.0
    claim = f"which {facts.profile.service.name} calls, fails by itself"
    return [
        *(
            Suspicion(
                entity=one.entity,
                claim=f"{one.service.name}, {claim}: {one.told}",
                weight=WEIGHT * max(one.share, least),
                evidence=one.evidence,
            )
            for one in measured
        ),
        *(
            Suspicion(
                entity=service_entity(edge.callee),
                claim=f"{edge.callee.name}, {claim}",
                weight=(WEIGHT if facts.seen or not measured else WEIGHT * WITHIN_CHANCE) / len(edges),
            )
            for edge in edges
            if edge.callee.name.lower() not in known
        ),
    ]


SPOKEN = {"most": 0.20, "some": 0.20, "none": 0.60}
"""What fails by itself fails by some mechanism, and its errors may well name it."""

MECHANISMS = dict.fromkeys(("hardware words", "quota words", "clock words"), SPOKEN)

CAUSES = [
    Cause(
        name="dependency-down",
        title="dependency down",
        suspect=_suspect,
        own={
            "own part": {"own": 0.80, "some": 0.13, "passed on": 0.04, "quiet": 0.03},
            "failing edge": {"explains": 0.90, "some": 0.08, "quiet": 0.02},
            "dependency failing": {"failing": 0.82, "silent": 0.10, "healthy": 0.08},
            "other callers": {"everybody": 0.85, "alone": 0.02, "only others": 0.04, "nobody": 0.09},
            "pods down": {"yes": 0.40, "no": 0.60},
            **MECHANISMS,
        },
        elsewhere={
            # a release of the dependency that only its new pods suffer from is not "by itself"
            "ended by itself": {"only new": 0.02, "old too": 0.13, "none": 0.85},
            "revision split": {"only new": 0.03, "both": 0.92, "only old": 0.05},
        },
        broad=True,
        advice="look at {service}: its pods, its nodes, its own dependencies; rolling back the caller would not help",
    ),
]
