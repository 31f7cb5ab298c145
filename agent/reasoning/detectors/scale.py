"""Workloads that are asked to run no pods at all, while others call them."""

from agent.model.finding import Finding, FindingKind
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of, routes_to


def detect(facts: Facts) -> list[Finding]:
    """Zero replicas of something that a Service stands for or somebody calls."""
    estate = facts.estate
    if estate is None:
        return []
    called = {call.callee.name for call in facts.calls}
    found = []
    for declared in estate.workloads:
        if declared.replicas or declared.suspended or declared.entity.kind not in ("Deployment", "StatefulSet"):
            continue
        entity = entity_of(estate, declared.entity.name)
        wanted = bool(routes_to(estate, declared)) or entity.name in called
        found.append(
            Finding(
                kind=FindingKind.SCALED_TO_ZERO,
                entity=entity,
                statement=f"{declared.entity.name} is asked to run 0 pods",
                normal="at least one",
                evidence=facts.evidence_of(InventoryQuestion),
                cause="scaled-to-zero",
                trust=0.8 if wanted else 0.1,
            )
        )
    return found
