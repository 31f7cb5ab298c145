"""Autoscalers that cannot follow the load: at their bound, or without the metrics they go by."""

from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Autoscaler
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of

LIKELY = 0.4
"""Being at a bound is a state many live in; only trouble makes it a suspect, and then one among several."""


def detect(facts: Facts) -> list[Finding]:
    """By the conditions that the controller itself writes (ScalingLimited, ScalingActive)."""
    estate = facts.estate
    if estate is None:
        return []
    cited = facts.evidence_of(InventoryQuestion)
    return [
        _finding(entity_of(estate, scaler.target.name), cause, told, cited)
        for scaler in estate.autoscalers
        for cause, told in _said(scaler)
    ]


def _said(scaler: Autoscaler) -> list[tuple[str, str]]:
    limited, active = (scaler.conditions.get(name, "") for name in ("ScalingLimited", "ScalingActive"))
    found = []
    if limited.startswith("True") and "TooManyReplicas" in limited:
        found.append(("autoscaler-at-bound", f"{scaler.entity.name} wants more than its maximum of {scaler.maximum}"))
    if active.startswith("False"):
        found.append(("autoscaler-blind", f"{scaler.entity.name} cannot scale: {active.partition(': ')[2][:160]}"))
    return found


def _finding(entity: Entity, cause: str, told: str, cited: list[str]) -> Finding:
    return Finding(
        kind=FindingKind.SCALING,
        entity=entity,
        statement=told,
        normal="the autoscaler has room and knows the load",
        evidence=cited,
        cause=cause,
        trust=LIKELY,
    )
