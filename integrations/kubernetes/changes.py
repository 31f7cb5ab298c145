"""The timeline of a namespace: what its objects, their histories and their events say was altered in a window.

What cannot be read is named in the answer's `unseen`; without Deployments and ReplicaSets there is no answer.
"""

import asyncio
from dataclasses import dataclass

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.question import Changes, ChangesQuestion
from agent.model.record import digest
from integrations.kubernetes.api import Api, serves
from integrations.kubernetes.argo import aborted, translated
from integrations.kubernetes.autoscaling import attributed, rescalings
from integrations.kubernetes.configs import METADATA_LIST, last_edit, release_record
from integrations.kubernetes.failure import Failure, Trouble, outcomes
from integrations.kubernetes.fields import Json, created, flag, items, moment, name_of, text, texts
from integrations.kubernetes.managed import newest
from integrations.kubernetes.policies import KINDS as POLICIES
from integrations.kubernetes.policies import policies
from integrations.kubernetes.revisions import of_deployment, of_history
from integrations.kubernetes.rollouts import rollouts, starts
from integrations.kubernetes.route import WORKLOADS, Route
from integrations.kubernetes.scaled import own_events
from integrations.kubernetes.scalings import scalings
from integrations.kubernetes.sparing import listed
from integrations.kubernetes.syncs import all_syncs

HISTORIES, OF_HISTORIES = "ControllerRevision", ("StatefulSet", "DaemonSet")
LEADER = "control-plane.alpha.kubernetes.io/leader"


@dataclass(frozen=True)
class _Collection:
    """Where a kind is listed. `topic`: what is missing without it; kinds of one topic are one hole."""

    api: str
    resource: str
    topic: str
    cluster: bool = False
    extension: bool = False  # comes with a CRD: nothing is missed where there is none


_COLLECTIONS = {
    "Deployment": _Collection("apps/v1", "deployments", "Deployments"),
    "StatefulSet": _Collection("apps/v1", "statefulsets", "StatefulSets"),
    "DaemonSet": _Collection("apps/v1", "daemonsets", "DaemonSets"),
    "ReplicaSet": _Collection("apps/v1", "replicasets", "rollouts"),
    "ControllerRevision": _Collection("apps/v1", "controllerrevisions", "rollouts"),
    "ConfigMap": _Collection("v1", "configmaps", "ConfigMaps"),
    "Secret": _Collection("v1", "secrets", "Secrets and roles"),
    "Event": _Collection("v1", "events", "events"),
    "Node": _Collection("v1", "nodes", "nodes", cluster=True),
    "ResourceQuota": _Collection("v1", "resourcequotas", "policies"),
    "LimitRange": _Collection("v1", "limitranges", "policies"),
    "NetworkPolicy": _Collection("networking.k8s.io/v1", "networkpolicies", "policies"),
    "Role": _Collection("rbac.authorization.k8s.io/v1", "roles", "Secrets and roles"),
    "RoleBinding": _Collection("rbac.authorization.k8s.io/v1", "rolebindings", "Secrets and roles"),
    "ServiceAccount": _Collection("v1", "serviceaccounts", "Secrets and roles"),
    "HorizontalPodAutoscaler": _Collection("autoscaling/v2", "horizontalpodautoscalers", "policies"),
    "Application": _Collection("argoproj.io/v1alpha1", "applications", "GitOps", cluster=True, extension=True),
    "Rollout": _Collection("argoproj.io/v1alpha1", "rollouts", "Argo Rollouts", extension=True),
    "Kustomization": _Collection(
        "kustomize.toolkit.fluxcd.io/v1", "kustomizations", "GitOps", cluster=True, extension=True
    ),
    "HelmRelease": _Collection("helm.toolkit.fluxcd.io/v2", "helmreleases", "GitOps", cluster=True, extension=True),
}


async def read(api: Api, question: ChangesQuestion) -> Changes:
    """Every change in the window, oldest first, and what could not be looked for.

    15 lists where each fits a page, one more where there are StatefulSets or DaemonSets, two more for Argo and two for Flux where they are installed.
    """
    replies = await outcomes(*(_collected(api, kind, question.namespace) for kind in _COLLECTIONS))
    answered = dict(zip(_COLLECTIONS, replies, strict=True))
    seen = {kind: reply for kind, reply in answered.items() if not isinstance(reply, Failure)}
    failed = {kind: reply for kind, reply in answered.items() if isinstance(reply, Failure)}
    if failed and not {"Deployment", "ReplicaSet"} <= seen.keys():
        raise next(iter(failed.values()))  # without them "nothing was rolled out" cannot be said
    window, unseen = question.window, _by_topic(failed)
    told = await asyncio.to_thread(all_changes, seen, question.namespace)  # a large namespace takes seconds to render
    found = [change for change in told if window.start <= change.at <= window.end]
    if not found and not unseen:
        raise Failure(Trouble.EMPTY, f"no change in namespace {question.namespace} in {window.seconds:.0f} s")
    return Changes(items=sorted(found, key=lambda each: (each.at, each.id)), unseen=unseen)


def _by_topic(failed: dict[str, Failure]) -> list[str]:
    told: dict[str, list[str]] = {}
    for kind, failure in failed.items():
        collection = _COLLECTIONS[kind]
        if not (collection.extension and failure.trouble is Trouble.EMPTY):  # its group is served, this kind is not
            told.setdefault(collection.topic, []).append(str(failure))
    return [f"{topic}: {'; '.join(whys)}" for topic, whys in told.items()]


async def _collected(api: Api, kind: str, namespace: str) -> list[Json]:
    where = _COLLECTIONS[kind]
    if where.extension and not serves(await api.groups(), where.api):
        return []
    accept = METADATA_LIST if kind == "Secret" else "application/json"
    owners = [Route("apps/v1", WORKLOADS[each], namespace) for each in OF_HISTORIES] if kind == HISTORIES else []
    return await listed(api, Route(where.api, where.resource, "" if where.cluster else namespace), accept, owners)


def all_changes(seen: dict[str, list[Json]], namespace: str = "") -> list[Change]:
    """Every change the raw objects (kind → list) tell of, in no order."""
    found: list[Change] = [*all_syncs(seen, namespace)]
    scalers = rescalings(seen.get("HorizontalPodAutoscaler", []), seen.get("Event", []))
    for each in seen.get("Deployment", []):
        events = own_events(_entity("Deployment", each), seen.get("Event", []))
        history = starts(each, of_deployment(each, seen.get("ReplicaSet", [])), events)
        found += rollouts(_entity("Deployment", each), each, history)
        found += [
            attributed(change, scalers) for change in scalings(_entity("Deployment", each), each, history, events)
        ]
    for raw in seen.get("Rollout", []):
        each, sets = translated(raw), [translated(one) for one in seen.get("ReplicaSet", [])]
        found += rollouts(_entity("Rollout", each), each, starts(each, of_deployment(each, sets), [])) + aborted(raw)
    for kind in OF_HISTORIES:
        for each in seen.get(kind, []):
            history = starts(each, of_history(each, seen.get(HISTORIES, [])), [])
            found += rollouts(_entity(kind, each), each, history)
    for kind in ("ConfigMap", "Secret"):
        found += [change for each in seen.get(kind, []) if (change := _edited(kind, each))]
    for kind in POLICIES:
        found += [change for each in seen.get(kind, []) for change in policies(kind, each)]
    for each in seen.get("Node", []):
        found += _node(each)
    return found


def _entity(kind: str, found: Json) -> Entity:
    return Entity(kind=kind, namespace=text(found, "metadata", "namespace"), name=name_of(found))


def _edited(kind: str, found: Json) -> Change | None:
    """A ConfigMap or Secret whose data was written after it was made, unless it is a controller's own notebook."""
    edit = last_edit(found)
    if edit is None or edit.at is None or release_record(found) or notebook(found):
        return None
    entity = _entity(kind, found)
    keys = ", ".join(edit.keys[:10]) or "unknown keys"
    return Change(
        id=digest("config", entity, text(found, "metadata", "uid"), edit.at),
        kind=ChangeKind.CONFIG,
        entity=entity,
        at=edit.at,
        actor=edit.manager,
        summary=f"{entity} was edited ({'key' if len(edit.keys) == 1 else 'among the keys'} {keys})",
        keys=edit.keys,
    )


def notebook(found: Json) -> bool:
    """Where controllers elect a leader, or write down every few seconds how they fare: nobody is configured by it."""
    marks = texts(found, "metadata", "annotations")
    return LEADER in marks or any(mark.endswith("/last-updated") for mark in marks)


def _node(found: Json) -> list[Change]:
    entity = Entity(kind="Node", name=name_of(found))
    cordon = newest(found, "spec", "unschedulable")
    tainted = next((each for each in items(found, "spec", "taints") if "unschedulable" in text(each, "key")), {})
    ready = next((each for each in items(found, "status", "conditions") if text(each, "type") == "Ready"), {})
    told = [("joined the cluster", created(found), "")]
    if flag(found, "spec", "unschedulable"):
        at = moment(tainted, "timeAdded") or (cordon.at if cordon else None)
        told += [("was cordoned", at, cordon.manager if cordon else "")] if at else []
    if text(ready, "status") in ("False", "Unknown") and (lost := moment(ready, "lastTransitionTime")):
        told.append(("stopped being ready", lost, ""))
    return [
        Change(
            id=digest("node", entity, text(found, "metadata", "uid"), what, at),
            kind=ChangeKind.NODE,
            entity=entity,
            at=at,
            actor=actor,
            summary=f"{entity} {what}",
        )
        for what, at, actor in told
    ]
