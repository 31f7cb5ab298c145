"""Deployments, StatefulSets and DaemonSets: raw JSON to `Workload`, and from a name to the workloads behind it."""

from collections.abc import Sequence

from agent.model.entity import Entity
from agent.model.question import WorkloadQuestion, Workloads
from agent.model.record import digest
from agent.model.workload import FieldManager, Workload
from integrations.kubernetes.api import Api, serves
from integrations.kubernetes.failure import Failure, Trouble, outcomes
from integrations.kubernetes.fields import (
    Json,
    at,
    conditions,
    flag,
    items,
    name_of,
    number,
    section,
    strings,
    text,
    texts,
)
from integrations.kubernetes.managed import writers
from integrations.kubernetes.masking import masked_annotations
from integrations.kubernetes.quantities import quantity
from integrations.kubernetes.references import references
from integrations.kubernetes.route import ARGO, WORKLOADS, Route, workload
from integrations.kubernetes.sparing import named


async def read(api: Api, question: WorkloadQuestion) -> Workloads:
    """The workload of that name, else what a Service of that name selects."""
    found = await _named(api, question.namespace, question.name)
    return Workloads(items=found or await _selected(api, question.namespace, question.name))


async def raw(api: Api, entity: Entity) -> Json:
    """One workload as the API server gives it. Raises Failure."""
    return await api.get(workload(entity.kind, entity.namespace, entity.name))


async def listed(api: Api, entity: Entity) -> Json:
    """The same out of the list of its kind, which an investigation reads anyway; by itself where that may not be listed."""
    try:
        found = await api.recent(workload(entity.kind, entity.namespace))
    except Failure:
        found = []
    return next((each for each in found if name_of(each) == entity.name), None) or await raw(api, entity)


async def _kinds(api: Api) -> list[str]:
    """Those of Kubernetes, and Argo Rollouts where the server has them."""
    return [*WORKLOADS, *(["Rollout"] if serves(await api.groups(), ARGO) else [])]


async def _named(api: Api, namespace: str, name: str) -> list[Workload]:
    _ = workload("Deployment", namespace, name).path  # a name that nothing can have is not even asked about
    kinds = await _kinds(api)
    replies = await outcomes(*(named(api, workload(kind, namespace), name) for kind in kinds))
    found = [converted(kind, reply) for kind, reply in zip(kinds, replies, strict=True) if isinstance(reply, dict)]
    if not found:
        _raise_first(replies)
    return found


async def _selected(api: Api, namespace: str, name: str) -> list[Workload]:
    service = await api.get(Route("v1", "services", namespace, name))
    selector = texts(service, "spec", "selector")
    if not selector:
        raise Failure(
            Trouble.EMPTY, f"the Service {namespace}/{name} selects no pods, and no workload is called {name}"
        )
    kinds = await _kinds(api)
    lists = await outcomes(*(api.collect(workload(kind, namespace)) for kind in kinds))
    found = [
        converted(kind, each)
        for kind, listed in zip(kinds, lists, strict=True)
        if isinstance(listed, list)
        for each in listed
        if selector.items() <= texts(each, "spec", "template", "metadata", "labels").items()
    ]
    if not found:
        _raise_first(lists)
    return found


def _raise_first(replies: Sequence[object]) -> None:
    """Nothing was found: a failure other than "no such thing" is the reason to give."""
    for reply in replies:
        if isinstance(reply, Failure) and reply.trouble is not Trouble.EMPTY:
            raise reply


def spec_hash(found: Json) -> str:
    """Digest of a workload's .spec without .replicas: what a rollout or rollback changes and scaling does not."""
    return digest({key: value for key, value in section(found, "spec").items() if key != "replicas"})


def converted(kind: str, found: Json) -> Workload:
    """The record of a raw Deployment, StatefulSet, DaemonSet or Argo Rollout."""
    template, status = section(found, "spec", "template"), section(found, "status")
    daemon = kind == "DaemonSet"  # it counts in words of its own
    return Workload(
        entity=Entity(kind=kind, namespace=text(found, "metadata", "namespace"), name=name_of(found)),
        uid=text(found, "metadata", "uid"),
        generation=number(found, "metadata", "generation"),
        observed_generation=number(status, "observedGeneration") or _counted(text(status, "observedGeneration")),
        resource_version=text(found, "metadata", "resourceVersion"),
        spec_hash=spec_hash(found),
        replicas=number(status, "desiredNumberScheduled") if daemon else number(found, "spec", "replicas"),
        ready=number(status, "numberReady" if daemon else "readyReplicas"),
        updated=number(status, "updatedNumberScheduled" if daemon else "updatedReplicas"),
        available=number(status, "numberAvailable" if daemon else "availableReplicas"),
        paused=flag(found, "spec", "paused"),
        selector=texts(found, "spec", "selector", "matchLabels"),
        labels=texts(found, "metadata", "labels"),
        annotations=masked_annotations(texts(found, "metadata", "annotations")),
        images=images(template),
        references=references(template),
        memory_limits=memory_limits(template),
        managers=managers(found),
        conditions=conditions(found),
    )


def _counted(written: str) -> int:
    """Argo Rollouts writes its generation as text, and in old versions a digest."""
    return int(written) if written.isascii() and written.isdigit() else 0


def images(template: Json) -> dict[str, str]:
    """Container → image."""
    return {text(each, "name"): text(each, "image") for each in items(template, "spec", "containers")}


def memory_limits(template: Json) -> dict[str, int]:
    """Container → bytes, for the containers that have a limit."""
    found = {
        text(each, "name"): int(quantity(at(each, "resources", "limits", "memory")) or 0)
        for each in items(template, "spec", "containers")
    }
    return {container: limit for container, limit in found.items() if limit > 0}


def managers(found: Json) -> list[FieldManager]:
    """Who wrote the object itself, its status left out."""
    owners = {(owner.manager, owner.operation, owner.subresource) for owner in writers(found, "spec", "template")}
    return [
        FieldManager(
            manager=writer.manager,
            operation=writer.operation,
            at=writer.at,
            template=(writer.manager, writer.operation, writer.subresource) in owners,
            subresource=writer.subresource,
        )
        for writer in writers(found)
        if writer.subresource != "status"
    ]


def label_selector(found: Json) -> str:
    """A workload's .spec.selector in the form a list request takes."""
    selector = section(found, "spec", "selector")
    terms = [f"{key}={value}" for key, value in sorted(texts(selector, "matchLabels").items())]
    for each in items(selector, "matchExpressions"):
        key, values = text(each, "key"), ",".join(strings(each, "values"))
        forms = {
            "In": f"{key} in ({values})",
            "NotIn": f"{key} notin ({values})",
            "Exists": key,
            "DoesNotExist": f"!{key}",
        }
        terms.append(forms.get(text(each, "operator"), key))
    return ",".join(terms)
