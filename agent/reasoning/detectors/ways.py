"""Ways in that lead nowhere: backends that are not there, routes that no Gateway takes, paths that get a 404."""

from collections.abc import Iterator

from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Estate
from agent.model.question import InventoryQuestion, MessagesQuestion
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.stated import FAINT
from agent.reasoning.ways import about, astray, backends, fault

SPOKEN, OPEN, HEARD = 0.6, 0.4, 0.3
"""Where the controller itself refuses, where two specs only do not fit (many such are forgotten), where a log says 404."""

CAUSES = {"no such service": "backend-service-missing", "no such port": "backend-port-missing"}
REFUSALS = {"ResolvedRefs: BackendNotFound": "backend-service-missing", "Accepted: ": "route-not-attached"}
"""Conditions of the Gateway API (gateway.networking.k8s.io/v1, RouteConditionReason)."""


def detect(facts: Facts) -> list[Finding]:
    """For every path of an Ingress or HTTPRoute, every refusal of a Gateway, every 404 of a path that names a Service."""
    estate = facts.estate
    if estate is None or not backends(facts, estate):
        return []
    said = [*_specs(facts, estate), *_refusals(facts, estate), *_unrouted(facts, estate)]
    return [
        Finding(
            kind=FindingKind.WAY_BROKEN,
            entity=entity,
            statement=told,
            normal="every path leads to a Service at a port it has",
            evidence=[
                *facts.evidence_of(InventoryQuestion),
                *(facts.evidence_of(MessagesQuestion) if cause == "path-not-routed" else []),
            ],
            cause=cause,
            trust=_near(facts, entity, trust),
        )
        for entity, cause, told, trust in said
    ]


Said = tuple[Entity, str, str, float]


def _specs(facts: Facts, estate: Estate) -> Iterator[Said]:
    refused = {way.entity for way in estate.ways if way.refusals}
    for one in backends(facts, estate):
        if wrong := fault(estate, one):
            where = f"{one.entity.kind} {one.entity.name} sends {one.host}{one.path or '/'}"
            port = f" port {one.port}" if wrong == "no such port" else ""
            trust = SPOKEN if one.entity in refused else OPEN
            yield about(estate, one), CAUSES[wrong], f"{where} to {one.service}{port}: {wrong}", trust


def _refusals(facts: Facts, estate: Estate) -> Iterator[Said]:
    for way in estate.ways:
        mine = [one for one in backends(facts, estate) if one.entity == way.entity]
        for refusal in way.refusals:
            cause = next((name for words, name in REFUSALS.items() if refusal.startswith(words)), "")
            wrong = [one for one in mine if fault(estate, one)] if cause == "backend-service-missing" else mine
            for entity in {str(about(estate, one)): about(estate, one) for one in wrong or mine}.values():
                yield entity, cause, f"HTTPRoute {way.entity.name}: {refusal}", SPOKEN if cause else 0.0


def _unrouted(facts: Facts, estate: Estate) -> Iterator[Said]:
    first: dict[Entity, Said] = {}
    for entity, path, message in astray(facts, estate):
        told = f"{message.service} answers {path} with 404, as if no way led to {entity.name}"
        first.setdefault(entity, (entity, "path-not-routed", told, HEARD))
    yield from first.values()


def _near(facts: Facts, entity: Entity, trust: float) -> float:
    """A way to somebody else than who alerts is rarely what hurts: forgotten ones live for years."""
    service = facts.profile.service
    return trust if service.whole or service_entity(service) == entity else min(trust, FAINT)
