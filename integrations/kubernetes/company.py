"""Who else is at the target of an action: the hands-off annotation there and on its namespace, and its field managers."""

from agent.model.company import Company, kept_away
from agent.model.entity import Entity
from integrations.kubernetes.api import Api
from integrations.kubernetes.failure import outcomes
from integrations.kubernetes.fields import Json, items, section, text, texts
from integrations.kubernetes.route import WORKLOADS, Route
from integrations.kubernetes.workloads import managers

KINDS = {
    **{kind: ("apps/v1", resource) for kind, resource in WORKLOADS.items()},
    "Application": ("argoproj.io/v1alpha1", "applications"),
    "ConfigMap": ("v1", "configmaps"),
    "HelmRelease": ("helm.toolkit.fluxcd.io/v2", "helmreleases"),
    "HorizontalPodAutoscaler": ("autoscaling/v2", "horizontalpodautoscalers"),
    "Job": ("batch/v1", "jobs"),
    "Kustomization": ("kustomize.toolkit.fluxcd.io/v1", "kustomizations"),
    "Node": ("v1", "nodes"),
    "Pod": ("v1", "pods"),
    "ResourceQuota": ("v1", "resourcequotas"),
    "Rollout": ("argoproj.io/v1alpha1", "rollouts"),
}
"""Where the API keeps what actions have as their target."""


async def company(api: Api, target: Entity) -> Company:
    """As it is now; what cannot be read stays None. Never raises."""
    if target.kind not in KINDS:
        return Company()
    routes = [Route(*KINDS[target.kind], target.namespace, target.name)]
    if target.namespace:
        routes.append(Route("v1", "namespaces", name=target.namespace))
    replies = await outcomes(*(api.get(route) for route in routes))
    objects = [reply for reply in replies if isinstance(reply, dict)]
    names = [str(target), f"Namespace {target.namespace}"]
    marked = [
        name
        for name, reply in zip(names, replies, strict=False)  # a Node has no namespace
        if isinstance(reply, dict) and kept_away(texts(reply, "metadata", "annotations"))
    ]
    found = replies[0]
    return Company(
        marked=marked if marked or len(objects) == len(routes) else None,
        managers=managers(found) if isinstance(found, dict) else None,
        belongs=_belongs(target, found) if isinstance(found, dict) else None,
        namespaces=_namespaces(target, found) if isinstance(found, dict) else None,
    )


def _namespaces(target: Entity, found: Json) -> list[str] | None:
    """An Application lives beside Argo CD; what it keeps is elsewhere."""
    if target.kind != "Application":
        return None
    return sorted({text(each, "namespace") for each in items(found, "status", "resources")} - {""})


def _belongs(target: Entity, found: Json) -> list[Entity]:
    """Its owners, what an autoscaler scales or a Rollout takes over, and what an Application keeps."""
    here = [
        *items(found, "metadata", "ownerReferences"),
        section(found, "spec", "scaleTargetRef"),
        section(found, "spec", "workloadRef"),
    ]
    of = [Entity(kind=text(each, "kind"), namespace=target.namespace, name=text(each, "name")) for each in here]
    kept = [
        Entity(kind=text(each, "kind"), namespace=text(each, "namespace"), name=text(each, "name"))
        for each in (items(found, "status", "resources") if target.kind == "Application" else [])
    ]
    return [each for each in [*of, *kept] if each.kind and each.name]
