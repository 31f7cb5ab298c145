"""What Argo CD and Flux say of what they keep: out of sync, failed, not ready, suspended."""

import re
from collections.abc import Iterator

from agent.model.delivery import Delivered, Delivery
from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.delivered import LISTED
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.owners import entity_of
from agent.reasoning.stated import FAINT, POSSIBLE

DRIFTED, FAILED = 0.15, 0.30
"""Much lives out of sync for weeks without harm; that nothing new arrives is worse, and still no fault by itself."""

UNWELL = re.compile(r"^(HealthCheckFailed|Progressing\b|TestFailed)")
"""It was applied, and does not become well: the mechanism is elsewhere."""


def detect(facts: Facts) -> list[Finding]:
    """For every delivery that complains, and every service of it that it is about."""
    estate = facts.estate
    if estate is None:
        return []
    return [
        Finding(
            kind=FindingKind.NOT_DELIVERED,
            entity=entity,
            statement=f"{delivery.entity.kind} {delivery.entity.name}: {told}",
            normal=f"{delivery.tool} keeps what is declared",
            evidence=facts.evidence_of(InventoryQuestion),
            cause=cause,
            trust=trust,
        )
        for delivery in estate.deliveries
        for cause, told, trust, about in _said(delivery)
        for entity, trust in _shared(facts, estate, about or delivery.objects, trust)
    ]


def _said(delivery: Delivery) -> Iterator[tuple[str, str, float, list[Delivered]]]:
    """Cause, words, trust, and the objects it is about: none for all of them."""
    differing = [one for one in delivery.objects if one.differs and one.entity.kind in LISTED]
    for complaint in delivery.complaints:
        named = [one for one in delivery.objects if _named(one.entity.name, complaint)]
        unwell = UNWELL.search(complaint)
        yield ("" if unwell else "gitops-not-applied", complaint, 0.0 if unwell else FAILED, named)
    if delivery.suspended:
        yield "gitops-suspended", "suspended", POSSIBLE / 2, []
    if delivery.differs and not delivery.suspended:
        told = ", ".join(f"{one.entity.kind} {one.entity.name}" for one in differing[:3]) or "some objects"
        yield "gitops-drift", f"out of sync: {told}", DRIFTED, differing
        cause = "gitops-not-applied" if delivery.automatic else "gitops-suspended"
        yield cause, f"out of sync with {delivery.wanted[:40] or 'what is declared'}: {told}", DRIFTED, differing
    for one in delivery.objects:
        if one.detail.startswith("Degraded"):
            yield "", f"{one.entity.kind} {one.entity.name} is {one.detail[:200]}", 0.0, [one]


def _named(name: str, words: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", words) is not None


def _shared(facts: Facts, estate: Estate, about: list[Delivered], trust: float) -> list[tuple[Entity, float]]:
    """Whom it concerns: the alerting service alone if it is among them, else each by its share."""
    kept = sorted({entity_of(estate, one.entity.name) for one in about if one.entity.kind in LISTED}, key=str)
    alerting = service_entity(facts.profile.service)
    if alerting in kept:
        return [(alerting, trust)]
    others = trust if facts.profile.service.whole else min(trust, FAINT)
    return [(entity, others / len(kept)) for entity in kept]
