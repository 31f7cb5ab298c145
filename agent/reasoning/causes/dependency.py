"""A dependency that fails by itself: nobody changed it, and no rollback of the caller would help."""

from agent.reasoning.blame import blamed
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts, service_entity

WEIGHT = 0.30
"""Shared among all dependencies, so that many of them do not drown every other suspect."""


def _suspect(facts: Facts) -> list[Suspicion]:
    edges = facts.profile.edges
    measured = {one.service.name.lower(): one for one in blamed(facts) if one.direct}
    found = []
    for edge in edges:
        own = measured.get(edge.callee.name.lower())
        entity = own.entity if own else service_entity(edge.callee)
        found.append(
            Suspicion(
                entity=entity,
                claim=f"{entity.name}, which {facts.profile.service.name} calls, fails by itself",
                weight=WEIGHT * max(own.share if own else 0.0, 1 / len(edges)),
                evidence=own.evidence if own else [],
            )
        )
    return found


CAUSES = [
    Cause(
        name="dependency-down",
        title="dependency down",
        suspect=_suspect,
        own={
            "own part": {"own": 0.80, "some": 0.13, "passed on": 0.04, "quiet": 0.03},
            "failing edge": {"explains": 0.90, "some": 0.08, "quiet": 0.02},
            "dependency failing": {"failing": 0.82, "silent": 0.10, "healthy": 0.08},
            "pods down": {"yes": 0.40, "no": 0.60},
        },
        elsewhere={
            # a release of the dependency that only its new pods suffer from is not "by itself"
            "revision split": {"only new": 0.03, "both": 0.92, "only old": 0.05},
        },
        advice="look at {service}: its pods, its nodes, its own dependencies; rolling back the caller would not help",
    ),
]
