"""One place under many names: the workload that an action is about, whatever object of it the action is on. Pure.

Called by agent.steps.attempting for what we want and for what others do; the guard's lock compares the two. An
action on an autoscaler moves its Deployment, one on a ConfigMap the workloads that read it, one on a pod or a
ReplicaSet the workload above it, one on an Application what it keeps. A Deployment is only itself: two workloads
that read the same ConfigMap are two places.
"""

from collections.abc import Iterable

from agent.model.company import Company
from agent.model.entity import Entity
from agent.model.inventory import SERVING, Estate
from agent.model.template import PodTemplate
from agent.policy.presence import behind
from agent.policy.situation import Situation

ALONE = ("Deployment", "StatefulSet", "DaemonSet", "Rollout", "Node", "ResourceQuota", "External")
"""Kinds that are a place of their own."""

READ = ("ConfigMap", "Secret")
KEEPERS = ("Application", "Kustomization", "HelmRelease")
PLACES = frozenset({*ALONE, *READ, *KEEPERS, "Pod", "ReplicaSet", "Job", "CronJob", "HorizontalPodAutoscaler"})
"""What actions are on. What else an Application keeps is nobody's target."""


def family(target: Entity, place: Situation, company: Company | None) -> list[Entity] | None:
    """The target, and what it is one place with; None: it cannot be told."""
    acted_on = [workload.entity for workload in behind(target, place)]
    said = company.belongs if company else None
    return _whole(target, [*acted_on, *(said or [])], place.estate, told=said is not None)


def busy(others: Iterable[tuple[Entity, list[Entity]]], estate: Estate | None) -> list[Entity] | None:
    """All places where others act, from their targets and the places they kept; None: one of them cannot be told.

    What they could not tell, or had no word for yet, the namespace that we look at may show.
    """
    found: list[Entity] = []
    for target, kept in others:
        seen = _whole(target, [], estate, told=False)
        if seen is None and not kept:
            return None
        found += [target, *kept, *(seen or [])]
    return found


def _whole(target: Entity, known: Iterable[Entity], estate: Estate | None, *, told: bool) -> list[Entity] | None:
    seen = {target, *(each for each in known if each.kind in PLACES)}
    if target.kind in ALONE:
        return sorted(seen, key=str)
    for _ in range(3):  # a pod is of a ReplicaSet, that of a Deployment; an Application keeps an autoscaler
        seen |= {above for each in seen for above in _above(each, estate)}
    return sorted(seen, key=str) if _certain(target, seen, estate, told=told) else None


def _certain(target: Entity, seen: set[Entity], estate: Estate | None, *, told: bool) -> bool:
    if target.kind in READ:
        return estate is not None and estate.namespace == target.namespace and estate.knows(*SERVING)
    sets = [each for each in seen if each.kind == "ReplicaSet"]
    if sets and not any(each.kind in ("Deployment", "Rollout") for each in seen):
        return False  # nobody saw whose it is
    return told or len(seen) > 1


def _above(entity: Entity, estate: Estate | None) -> list[Entity]:
    """What the namespace's objects say it is a part of."""
    if estate is None or (entity.namespace != estate.namespace and entity.kind not in KEEPERS):
        return []
    match entity.kind:
        case "HorizontalPodAutoscaler":
            return [each.target for each in estate.autoscalers if each.entity == entity]
        case "ConfigMap" | "Secret":
            return _readers(entity, estate)
        case "Pod":
            return [_owner(estate, r.owner_kind, r.owner) for r in estate.pods if r.pod.name == entity.name and r.owner]
        case "Application" | "Kustomization" | "HelmRelease":
            kept = [o.entity for each in estate.deliveries if each.entity == entity for o in each.objects]
            return [each for each in kept if each.kind in PLACES]
        case _:
            return []


def _readers(holder: Entity, estate: Estate) -> list[Entity]:
    declared = [each.entity for each in estate.workloads if _reads(each.template, holder)]
    running = [_owner(estate, r.owner_kind, r.owner) for r in estate.pods if r.owner and _reads(r.template, holder)]
    return [*declared, *running]


def _reads(template: PodTemplate, holder: Entity) -> bool:
    named = {(each.kind, each.name) for container in template.containers for each in container.references}
    named |= {({"configMap": "ConfigMap", "secret": "Secret"}.get(v.kind, ""), v.source) for v in template.volumes}
    return (holder.kind, holder.name) in named


def _owner(estate: Estate, kind: str, name: str) -> Entity:
    return Entity(kind=kind, namespace=estate.namespace, name=name)
