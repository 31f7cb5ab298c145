"""How far Argo CD and Flux have come with what they keep in a namespace. Called by estate.py.

What they applied when is the timeline's (syncs.py); this is how they stand now.
"""

from agent.model.delivery import Applied, Delivered, Delivery
from agent.model.entity import Entity
from agent.redact import redact
from integrations.kubernetes.declared import entity
from integrations.kubernetes.fields import Json, flag, items, moment, name_of, number, section, strings, text, texts
from integrations.kubernetes.syncs import reaches

_MOST = 500  # objects of one delivery
_LONGEST = 300
_FAILED = ("Failed", "Error")
_GROUPED = 4  # parts of an entry of Flux's inventory: namespace_name_group_kind
_LABELS = {"Kustomization": "kustomize.toolkit.fluxcd.io", "HelmRelease": "helm.toolkit.fluxcd.io"}
_LABELLED = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Service", "ConfigMap", "Ingress", "HTTPRoute")


def deliveries(seen: dict[str, list[Json]], namespace: str) -> list[Delivery]:
    """Those that keep something in the namespace, and those that one of them needs, by name."""
    told = [
        *(application(each, namespace) for each in seen.get("Application", [])),
        *(kustomization(each, seen, namespace) for each in seen.get("Kustomization", [])),
        *(helm_release(each, seen, namespace) for each in seen.get("HelmRelease", [])),
    ]
    here = [each for each in told if each.objects or _targets(seen, each.entity, namespace)]
    needed = {entity for each in here for entity in each.needs}
    also = [each.evolve(objects=[]) for each in told if each not in here and each.entity in needed]
    return sorted([*here, *also], key=lambda each: str(each.entity))


def _targets(seen: dict[str, list[Json]], here: Entity, namespace: str) -> bool:
    """Whether it is meant for the namespace although nothing of it arrived."""
    raw = next(each for each in seen[here.kind] if entity(here.kind, each) == here)
    if here.kind == "Application":
        return text(raw, "spec", "destination", "namespace") == namespace
    if here.kind == "Kustomization":
        return reaches(raw, namespace)
    return (text(raw, "spec", "targetNamespace") or here.namespace) == namespace


def application(found: Json, namespace: str) -> Delivery:
    """An Argo CD Application. Its conditions have no status: each that is there is a complaint."""
    status = section(found, "status")
    operation, automated = section(status, "operationState"), section(found, "spec", "syncPolicy").get("automated")
    history = items(status, "history")
    last = history[-1] if history else {}
    failed = text(operation, "phase") in _FAILED
    health = text(status, "health", "status")
    complaints = [
        _said(text(each, "type"), text(each, "message"))
        for each in items(status, "conditions")
        if text(each, "type").endswith("Error")
    ]
    complaints += [_said(f"Sync{text(operation, 'phase')}", text(operation, "message"))] if failed else []
    return Delivery(
        entity=entity("Application", found),
        tool="Argo CD",
        automatic=isinstance(automated, dict) and automated.get("enabled") is not False,
        differs=text(status, "sync", "status") == "OutOfSync",
        complaints=complaints,
        applied=_revision(last),
        wanted=_revision(section(status, "sync")),
        failed=failed,
        applied_at=moment(last, "deployedAt"),
        ready=health in ("", "Healthy", "Suspended"),
        history=[Applied(id=number(each, "id"), revision=_revision(each)) for each in history[-10:]],
        objects=_argo_objects(status, operation, namespace),
    )


def _revision(found: Json) -> str:
    return redact(text(found, "revision") or ",".join(strings(found, "revisions")))[:200]


def _argo_objects(status: Json, operation: Json, namespace: str) -> list[Delivered]:
    spoken = {
        (text(each, "kind"), text(each, "name")): text(each, "message")
        for each in items(operation, "syncResult", "resources")
        if text(each, "status") == "SyncFailed" and text(each, "namespace") == namespace
    }
    return [
        Delivered(
            entity=entity_,
            differs=text(each, "status") == "OutOfSync",
            detail=_said(
                text(each, "health", "status"),
                spoken.get((entity_.kind, entity_.name)) or text(each, "health", "message"),
            ),
        )
        for each in items(status, "resources")[:_MOST]
        if text(each, "namespace") == namespace
        for entity_ in [Entity(kind=text(each, "kind"), namespace=namespace, name=text(each, "name"))]
    ]


def kustomization(found: Json, seen: dict[str, list[Json]], namespace: str) -> Delivery:
    """A Flux Kustomization, with what its inventory or, without one, the labels of objects say it keeps."""
    owned = [_inventoried(text(each, "id"), namespace) for each in items(found, "status", "inventory", "entries")]
    objects = [each for each in owned[:_MOST] if each]
    delivery = _flux("Kustomization", found, objects or _labelled("Kustomization", found, seen))
    return delivery.evolve(
        applied=text(found, "status", "lastAppliedRevision"), wanted=text(found, "status", "lastAttemptedRevision")
    )


def helm_release(found: Json, seen: dict[str, list[Json]], namespace: str) -> Delivery:
    """A Flux HelmRelease: of its history the newest comes first."""
    del namespace  # what bears its labels was read from there
    history = items(found, "status", "history")
    last = history[0] if history else {}
    done = next((each for each in history if text(each, "status") in ("deployed", "superseded")), {})
    delivery = _flux("HelmRelease", found, _labelled("HelmRelease", found, seen))
    return delivery.evolve(
        applied=text(done, "chartVersion"),
        wanted=text(found, "status", "lastAttemptedRevision") or text(last, "chartVersion"),
        failed=text(last, "status") == "failed",
        applied_at=moment(done, "lastDeployed"),
    )


def _flux(kind: str, found: Json, objects: list[Delivered]) -> Delivery:
    ready = next((each for each in items(found, "status", "conditions") if text(each, "type") == "Ready"), {})
    here = entity(kind, found)
    unready = text(ready, "status") == "False"
    return Delivery(
        entity=here,
        tool="Flux",
        suspended=flag(found, "spec", "suspend"),
        complaints=[_said(text(ready, "reason"), text(ready, "message"))] if unready else [],
        ready=text(ready, "status") == "True",
        needs=[
            Entity(kind=kind, namespace=text(each, "namespace") or here.namespace, name=text(each, "name"))
            for each in items(found, "spec", "dependsOn")
        ],
        objects=objects,
    )


def _inventoried(id_: str, namespace: str) -> Delivered | None:
    parts = id_.split("_")  # ":" in names is written "__" there: only RBAC has such names
    if len(parts) != _GROUPED or parts[0] != namespace:
        return None
    return Delivered(entity=Entity(kind=parts[3], namespace=namespace, name=parts[1]))


def _labelled(kind: str, found: Json, seen: dict[str, list[Json]]) -> list[Delivered]:
    """Flux labels what it applies with name and namespace of the object that told it to."""
    prefix = _LABELS[kind]
    mine = {f"{prefix}/name": name_of(found), f"{prefix}/namespace": text(found, "metadata", "namespace")}
    return [
        Delivered(entity=entity(other, each))
        for other in _LABELLED
        for each in seen.get(other, [])
        if mine.items() <= texts(each, "metadata", "labels").items()
    ]


def _said(reason: str, message: str) -> str:
    return ": ".join(part for part in (reason, redact(message)[:_LONGEST]) if part)
