"""The timeline of a namespace: what its objects, their histories and their events say was altered in a window.

What cannot be read is named in the answer's `unseen`; without Deployments and ReplicaSets there is no answer.
"""

import asyncio

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.question import Changes, ChangesQuestion
from agent.model.record import digest
from integrations.kubernetes.api import Api
from integrations.kubernetes.configs import METADATA_LIST, last_edit, release_record
from integrations.kubernetes.failure import Failure, Trouble, outcomes
from integrations.kubernetes.fields import Json, created, flag, items, moment, name_of, text
from integrations.kubernetes.managed import newest
from integrations.kubernetes.revisions import of_deployment, of_history
from integrations.kubernetes.rollouts import rollouts, starts
from integrations.kubernetes.route import Route
from integrations.kubernetes.scaled import own_events
from integrations.kubernetes.scalings import scalings

_COLLECTIONS = {
    "Deployment": ("apps/v1", "deployments"),
    "StatefulSet": ("apps/v1", "statefulsets"),
    "DaemonSet": ("apps/v1", "daemonsets"),
    "ReplicaSet": ("apps/v1", "replicasets"),
    "ControllerRevision": ("apps/v1", "controllerrevisions"),
    "ConfigMap": ("v1", "configmaps"),
    "Secret": ("v1", "secrets"),
    "Event": ("v1", "events"),
    "Node": ("v1", "nodes"),
}


async def read(api: Api, question: ChangesQuestion) -> Changes:
    """Every change in the window, oldest first, and what could not be looked for."""
    replies = await outcomes(*(_collected(api, kind, question.namespace) for kind in _COLLECTIONS))
    answered = dict(zip(_COLLECTIONS, replies, strict=True))
    seen = {kind: reply for kind, reply in answered.items() if not isinstance(reply, Failure)}
    failures = [reply for reply in replies if isinstance(reply, Failure)]
    if failures and not {"Deployment", "ReplicaSet"} <= seen.keys():
        raise failures[0]  # without them "nothing was rolled out" cannot be said
    window, unseen = question.window, [str(failure) for failure in failures]
    told = await asyncio.to_thread(all_changes, seen)  # a large namespace takes seconds to render and compare
    found = [change for change in told if window.start <= change.at <= window.end]
    if not found:
        blind = "".join(f"; not looked at: {each}" for each in unseen)
        raise Failure(Trouble.EMPTY, f"no change in namespace {question.namespace} in {window.seconds:.0f} s{blind}")
    return Changes(items=sorted(found, key=lambda each: (each.at, each.id)), unseen=unseen)


async def _collected(api: Api, kind: str, namespace: str) -> list[Json]:
    group, resource = _COLLECTIONS[kind]
    parameters = {"fieldSelector": "reason=ScalingReplicaSet"} if kind == "Event" else {}
    accept = METADATA_LIST if kind == "Secret" else "application/json"
    return await api.collect(Route(group, resource, "" if kind == "Node" else namespace), parameters, accept)


def all_changes(seen: dict[str, list[Json]]) -> list[Change]:
    """Every change the raw objects (kind → list) tell of, in no order."""
    found: list[Change] = []
    for each in seen.get("Deployment", []):
        entity = _entity("Deployment", each)
        events = own_events(entity, seen.get("Event", []))
        history = starts(each, of_deployment(each, seen.get("ReplicaSet", [])), events)
        found += rollouts(entity, each, history) + scalings(entity, each, history, events)
    for kind in ("StatefulSet", "DaemonSet"):
        for each in seen.get(kind, []):
            history = starts(each, of_history(each, seen.get("ControllerRevision", [])), [])
            found += rollouts(_entity(kind, each), each, history)
    for kind in ("ConfigMap", "Secret"):
        found += [change for each in seen.get(kind, []) if (change := _edited(kind, each))]
    for each in seen.get("Node", []):
        found += _node(each)
    return found


def _entity(kind: str, found: Json) -> Entity:
    return Entity(kind=kind, namespace=text(found, "metadata", "namespace"), name=name_of(found))


def _edited(kind: str, found: Json) -> Change | None:
    """A ConfigMap or Secret whose data was written after it was made; Helm's own release records are not configuration."""
    edit = last_edit(found)
    if edit is None or edit.at is None or release_record(found):
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
