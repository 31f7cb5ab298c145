"""A NetworkPolicy that was written shortly before keeps calls from arriving.

Mechanism: as soon as a policy selects a pod for a direction, everything in that direction that no policy lists is
dropped without an answer. One for ingress cuts off whoever it forgot to list; one for egress cuts its own pods off
from whoever is not listed. The callee is well, and others reach it.
"""

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.inventory import Declared, NetworkRule
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.owners import entity_of, selects
from agent.reasoning.placement import meets
from agent.reasoning.proximity import nearness

WEIGHT = 0.35


def _suspect(facts: Facts) -> list[Suspicion]:
    """The service it selects: the alerting one for calls that leave it, whom it calls for calls that arrive."""
    estate = facts.estate
    if estate is None:
        return []
    rules = {rule.entity.name: rule for rule in estate.network_rules}
    policies = [c for c in facts.changes if c.kind is ChangeKind.POLICY and c.entity.kind == "NetworkPolicy"]
    return [
        Suspicion(
            entity=entity,
            change=change.id,
            claim=f"{change.title}: it keeps calls from {'arriving at' if arriving else 'leaving'} {entity.name}",
            weight=WEIGHT * nearness(facts, change),
            evidence=facts.change_evidence(),
        )
        for change in policies
        if (rule := rules.get(change.entity.name)) and nearness(facts, change) > 0
        for entity, arriving in _struck(facts, change, rule)
    ]


def _struck(facts: Facts, change: Change, rule: NetworkRule) -> list[tuple[Entity, bool]]:
    estate, own = facts.estate, service_entity(facts.profile.service)
    if estate is None or change.entity.namespace != estate.namespace:
        return []
    chosen = {
        str(entity_of(estate, w.entity.name)): entity_of(estate, w.entity.name)
        for w in estate.workloads
        if _selected(rule, w)
    }
    called = {str(service_entity(edge.callee)) for edge in facts.profile.edges}
    called |= {str(service_entity(call.callee)) for call in facts.calls if facts.profile.service.whole}
    callers = {str(service_entity(call.caller)) for call in facts.calls} if facts.profile.service.whole else {str(own)}
    return [
        *((entity, True) for key, entity in chosen.items() if rule.ingress and key in called),
        *((entity, False) for key, entity in chosen.items() if rule.egress and not rule.ingress and key in callers),
    ]


def _selected(rule: NetworkRule, declared: Declared) -> bool:
    """An empty selector selects everybody."""
    labels = declared.template.labels
    by_labels = not rule.selector or selects(rule.selector, labels)
    return by_labels and all(meets(labels, requirement) for requirement in rule.requirements)


CAUSES = [
    Cause(
        name="network-policy-cuts-off",
        title="a network policy drops its calls",
        suspect=_suspect,
        own={
            "onset": {"before": 0.02, "after": 0.90, "late": 0.08},
            "failing edge": {"explains": 0.90, "some": 0.07, "quiet": 0.03},
            "other callers": {"everybody": 0.40, "alone": 0.45, "only others": 0.05, "nobody": 0.10},
            "dependency failing": {"failing": 0.05, "silent": 0.40, "healthy": 0.55},
            "earlier occurrence": {"yes": 0.04, "no": 0.96},
        },
        elsewhere={
            "failing edge": {"explains": 0.30, "some": 0.20, "quiet": 0.50},
            "other callers": {"everybody": 0.04, "alone": 0.40, "only others": 0.03, "nobody": 0.53},
            "dependency failing": {"failing": 0.03, "silent": 0.10, "healthy": 0.87},
        },
        advice="let {change} allow what {service} needs, or take it back",
    ),
]
