"""The pods of a workload and the states of their containers."""

import asyncio

from agent.model.pod import Container, ContainerPhase, Pod, Termination
from agent.model.question import Pods, PodsQuestion
from agent.redact import redact
from integrations.kubernetes.api import Api
from integrations.kubernetes.failure import Failure, outcomes
from integrations.kubernetes.fields import (
    Json,
    at,
    conditions,
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
from integrations.kubernetes.route import OF_SETS, Route
from integrations.kubernetes.workloads import label_selector, listed

_LONGEST_MESSAGE = 2000


async def read(api: Api, question: PodsQuestion) -> Pods:
    """The pods the workload owns, by name: through its ReplicaSets if it has some.

    Out of the lists that an inventory reads as well: asked for at the same moment, they are read once.
    """
    entity = question.entity
    everyone = Route("v1", "pods", entity.namespace)
    sets = [Route("apps/v1", "replicasets", entity.namespace)] if entity.kind in OF_SETS else []
    lists = outcomes(*(api.recent(route) for route in [everyone, *sets]))
    found, (there, *owning) = await asyncio.gather(listed(api, entity), lists)
    if isinstance(there, Failure):
        raise there
    owners = _owners(text(found, "metadata", "uid"), owning)
    if owners is None:
        there = await api.collect(everyone, {"labelSelector": label_selector(found)})
    pods = [converted(each) for each in there if owners is None or owner_uid(each) in owners]
    return Pods(items=sorted(pods, key=lambda pod: pod.name))


def _owners(uid: str, replica_sets: list[list[Json] | Failure]) -> set[str] | None:
    """The uids a pod may be owned by; None, all the selector finds, where ReplicaSets are out of our sight."""
    owners = {uid}
    for sets in replica_sets:
        if isinstance(sets, Failure):
            return None
        owners |= {text(each, "metadata", "uid") for each in sets if owner_uid(each) == uid}
    return owners


def converted(found: Json) -> Pod:
    """The record of a raw pod."""
    labels = texts(found, "metadata", "labels")
    found_conditions = conditions(found)
    owner = next((each for each in items(found, "metadata", "ownerReferences") if flag(each, "controller")), {})
    return Pod(
        namespace=text(found, "metadata", "namespace"),
        name=name_of(found),
        uid=text(found, "metadata", "uid"),
        owner=text(owner, "name"),
        template_hash=labels.get("pod-template-hash") or labels.get("controller-revision-hash", ""),
        node=text(found, "spec", "nodeName"),
        phase=text(found, "status", "phase"),
        ready=found_conditions.get("Ready", "").split(":")[0] == "True",
        created_at=created(found),
        deleting=bool(text(found, "metadata", "deletionTimestamp")),
        labels=labels,
        containers=containers(found),
        conditions=found_conditions,
    )


def containers(found: Json) -> list[Container]:
    """The init containers that are not simply done, then the containers, those without a status included."""
    init = [_container(each) for each in items(found, "status", "initContainerStatuses")]
    known = {text(each, "name"): _container(each) for each in items(found, "status", "containerStatuses")}
    declared = [
        known.pop(text(each, "name"), Container(name=text(each, "name"), image=text(each, "image")))
        for each in items(found, "spec", "containers")
    ]
    return [each for each in init if not _done(each)] + declared + list(known.values())


def _done(container: Container) -> bool:
    return container.ended is not None and container.ended.exit_code == 0 and container.restarts == 0


def _container(status: Json) -> Container:
    state = section(status, "state")
    phase = next((each for each in ContainerPhase if isinstance(at(state, each), dict)), ContainerPhase.WAITING)
    inner = section(state, phase)
    return Container(
        name=text(status, "name"),
        image=text(status, "image"),
        ready=flag(status, "ready"),
        restarts=number(status, "restartCount"),
        phase=phase,
        reason=text(inner, "reason"),
        message=_message(inner),
        started_at=moment(inner, "startedAt"),
        ended=_termination(inner) if phase is ContainerPhase.TERMINATED else None,
        last_ended=_termination(section(status, "lastState", "terminated")),
    )


def _termination(found: Json) -> Termination | None:
    if not found:
        return None
    return Termination(
        reason=text(found, "reason"),
        message=_message(found),
        exit_code=number(found, "exitCode"),
        at=moment(found, "finishedAt"),
    )


def _message(found: Json) -> str:
    return redact(text(found, "message"))[:_LONGEST_MESSAGE]
