"""The revisions of a workload that still exist: ReplicaSets of a Deployment, ControllerRevisions of the others.

A rollback reuses the old ReplicaSet: its number moves up, its creation time stays. `active_since`
is therefore worked out from what else carries a time (see `_reused_since`).
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from agent.model.entity import Entity
from agent.model.inventory import UNMADE
from agent.model.question import Revisions, RevisionsQuestion
from agent.model.workload import Revision
from agent.redact import redact
from integrations.kubernetes.api import Api
from integrations.kubernetes.argo import translated
from integrations.kubernetes.failure import Failure, outcomes
from integrations.kubernetes.fields import (
    Json,
    created,
    flag,
    items,
    moment,
    name_of,
    number,
    owner_uid,
    section,
    text,
    texts,
)
from integrations.kubernetes.managed import newest, writers
from integrations.kubernetes.masking import plain_template, template_yaml
from integrations.kubernetes.route import OF_SETS, Route
from integrations.kubernetes.workloads import images, label_selector, listed

REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
CAUSE = "kubernetes.io/change-cause"
_HASH_LABELS = ("pod-template-hash", "controller.kubernetes.io/hash", "controller-revision-hash")


@dataclass(frozen=True)
class Kept:
    """A revision with what the record has no room for: its raw template, the numbers it had before, its last resizing."""

    revision: Revision
    template: Json
    uid: str
    earlier: list[int] = field(default_factory=list)
    scaled_at: datetime | None = None


async def read(api: Api, question: RevisionsQuestion) -> Revisions:
    """The revisions of a workload, newest number first; out of lists that a timeline and an inventory read as well."""
    entity = question.entity
    deployed = entity.kind in OF_SETS
    kept = Route("apps/v1", "replicasets" if deployed else "controllerrevisions", entity.namespace)
    found, (sets,) = await asyncio.gather(listed(api, entity), outcomes(api.recent(kept)))
    if isinstance(sets, Failure):
        raise sets
    revisions = _of_sets(entity, found, sets) if deployed else of_history(found, sets)
    return Revisions(items=[each.revision for each in revisions])


async def kept_revisions(api: Api, entity: Entity, found: Json) -> list[Kept]:
    """The same with templates, of a workload read before, and newer than any write of ours. Raises Failure."""
    selector = {"labelSelector": label_selector(found)}
    if entity.kind in OF_SETS:
        sets = await api.collect(Route("apps/v1", "replicasets", entity.namespace), selector)
        return _of_sets(entity, found, sets)
    histories = await api.collect(Route("apps/v1", "controllerrevisions", entity.namespace), selector)
    return of_history(found, histories)


def _of_sets(entity: Entity, found: Json, sets: list[Json]) -> list[Kept]:
    if entity.kind == "Rollout":
        return of_deployment(translated(found), [translated(each) for each in sets])
    return of_deployment(found, sets)


def of_deployment(found: Json, replica_sets: list[Json]) -> list[Kept]:
    """The ReplicaSets the Deployment owns, newest number first."""
    uid = text(found, "metadata", "uid")
    owned = [
        each for each in replica_sets if owner_uid(each) == uid and number(each, "metadata", "annotations", REVISION)
    ]
    current = current_set(found, owned)
    kept = [_kept_set(found, each, current=each is current) for each in owned]
    return sorted(kept, key=lambda each: each.revision.number, reverse=True)


def current_set(found: Json, owned: list[Json]) -> Json | None:
    """The ReplicaSet of the Deployment's template; while the controller has not made one yet, the last it made."""
    for each in sorted(owned, key=created):
        if _same(found, each):
            return each
    last = number(found, "metadata", "annotations", REVISION)
    return next((each for each in owned if number(each, "metadata", "annotations", REVISION) == last), None)


def newest_hash(kind: str, found: Json, seen: dict[str, list[Json]]) -> str:
    """What pods of the newest template bear as their hash; UNMADE while there can be none, "" where it cannot be told.

    The controller of a paused Deployment makes no ReplicaSet of a new template.
    """
    uid = text(found, "metadata", "uid")
    match kind:
        case "StatefulSet":
            return text(found, "status", "updateRevision")
        case "DaemonSet":
            owned = [each for each in seen.get("ControllerRevision", []) if owner_uid(each) == uid]
            return _hash(max(owned, key=lambda each: number(each, "revision"))) if owned else ""
        case "Deployment" if "ReplicaSet" in seen:
            owned = [each for each in seen["ReplicaSet"] if owner_uid(each) == uid]
            current = current_set(found, owned)
            if current is None or (flag(found, "spec", "paused") and not _same(found, current)):
                return UNMADE
            return _hash(current)
        case _:
            return ""


def _same(found: Json, replica_set: Json) -> bool:
    mine, theirs = (plain_template(section(each, "spec", "template")) for each in (found, replica_set))
    return mine == theirs


def _kept_set(found: Json, replica_set: Json, *, current: bool) -> Kept:
    history = text(replica_set, "metadata", "annotations", HISTORY)
    earlier = [int(part) for part in history.split(",") if part.isascii() and part.isdigit()]
    since: datetime | None = created(replica_set)
    if earlier:
        since = _reused_since(found, replica_set) if current else None
    template = section(replica_set, "spec", "template")
    revision = Revision(
        number=number(replica_set, "metadata", "annotations", REVISION),
        name=name_of(replica_set),
        template_hash=_hash(replica_set),
        created_at=created(replica_set),
        active_since=since,
        current=current,
        replicas=number(replica_set, "spec", "replicas"),
        ready=number(replica_set, "status", "readyReplicas"),
        images=images(template),
        template=template_yaml(template),
        change_cause=redact(text(replica_set, "metadata", "annotations", CAUSE))[:500],
    )
    scaled = newest(replica_set, "spec", "replicas")
    return Kept(
        revision, template, text(replica_set, "metadata", "uid"), sorted(earlier), scaled.at if scaled else None
    )


def _reused_since(found: Json, replica_set: Json) -> datetime | None:
    """When a reused ReplicaSet became current again: the least of three times, none of which can be too early.

    Who wrote the template last wrote it then, or changed something else later; the Progressing condition
    was touched then and until the rollout ended; the controller scaled the set up then, or scaled it later.
    """
    author = newest(found, "spec", "template")
    progress = next((each for each in items(found, "status", "conditions") if text(each, "type") == "Progressing"), {})
    scaled = [each.at for each in writers(replica_set, "spec", "replicas") if each.at]
    bounds = [author.at if author else None, moment(progress, "lastUpdateTime"), *scaled]
    return min((bound for bound in bounds if bound is not None), default=None)


def _hash(found: Json) -> str:
    labels = texts(found, "metadata", "labels")
    return next((labels[label] for label in _HASH_LABELS if label in labels), "")


def of_history(found: Json, histories: list[Json]) -> list[Kept]:
    """The ControllerRevisions a StatefulSet or DaemonSet owns, newest number first."""
    uid = text(found, "metadata", "uid")
    owned = sorted((each for each in histories if owner_uid(each) == uid), key=lambda each: number(each, "revision"))
    target = text(found, "status", "updateRevision") or (name_of(owned[-1]) if owned else "")
    return [_kept_history(found, each, current=name_of(each) == target) for each in reversed(owned)]


def _kept_history(found: Json, history: Json, *, current: bool) -> Kept:
    """A ControllerRevision never changes but for its number, which moves when it is used again."""
    renumbered = [each.at for each in writers(history, "revision") if each.at and each.at > created(history)]
    status, template = section(found, "status"), section(history, "data", "spec", "template")
    template = {key: value for key, value in template.items() if key != "$patch"}
    updated = number(status, "updatedReplicas") or number(status, "updatedNumberScheduled")
    revision = Revision(
        number=number(history, "revision"),
        name=name_of(history),
        template_hash=_hash(history),
        created_at=created(history),
        active_since=max(renumbered, default=created(history)),
        current=current,
        replicas=updated if current else 0,
        images=images(template),
        template=template_yaml(template),
        change_cause=redact(text(history, "metadata", "annotations", CAUSE))[:500],
    )
    return Kept(revision, template, text(history, "metadata", "uid"), [0] if renumbered else [])
