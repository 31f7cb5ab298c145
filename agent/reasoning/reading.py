"""Which logs are worth the requests: pods in trouble first, then the newest and the oldest pod of each workload.

Called by sources that read logs pod by pod; one that keeps them in one place need not choose. Pure.
"""

from collections.abc import Iterator
from datetime import datetime

from agent.model.pod import Container, ContainerPhase, Pod
from agent.model.record import Record

MOST_LOGS = 12
"""Requests for logs per question."""

_NOT_STARTED = {"ContainerCreating", "PodInitializing", "ImagePullBackOff", "ErrImagePull", "InvalidImageName"}
_NOT_STARTED |= {"CreateContainerConfigError", "CreateContainerError", "ErrImageNeverPull", "RegistryUnavailable"}


class Log(Record):
    """One log to be read: of a container's present run, or of the one before."""

    service: str
    pod: str
    container: str
    previous: bool = False


def choose(pods: list[tuple[str, Pod]], since: datetime, most: int = MOST_LOGS) -> list[Log]:
    """At most `most` logs of (service, pod) pairs, the most telling first; every service is heard before one is twice.

    A restart before `since` is history: neither trouble nor worth a request for what was said before it.
    """
    queues = [list(_of_service(service, pods, since)) for service in sorted({service for service, _ in pods})]
    troubled = [[log for trouble, log in queue if trouble] for queue in queues]
    calm = [[log for trouble, log in queue if not trouble] for queue in queues]
    return [*_in_turn(troubled), *_in_turn(calm)][:most]


def _in_turn(queues: list[list[Log]]) -> Iterator[Log]:
    for place in range(max(map(len, queues), default=0)):
        yield from (queue[place] for queue in queues if place < len(queue))


def _of_service(service: str, pods: list[tuple[str, Pod]], since: datetime) -> Iterator[tuple[bool, Log]]:
    own = [pod for name, pod in pods if name == service and not pod.deleting]
    troubled = [pod for pod in own if _troubled(pod, since)]
    for pod in sorted(troubled, key=lambda pod: (-sum(each.restarts for each in pod.containers), pod.name)):
        for container in _telling(pod, since):
            if (
                _restarted(container, since) and container.phase is not ContainerPhase.WAITING
            ):  # else the two are the same
                yield True, Log(service=service, pod=pod.name, container=container.name, previous=True)
            if _has_log(container):
                yield True, Log(service=service, pod=pod.name, container=container.name)
    calm = sorted((pod for pod in own if pod not in troubled), key=lambda pod: (pod.created_at, pod.name))
    for pod in [*calm[-1:], *calm[:1][: len(calm) - 1]]:  # the newest, and the oldest if it is another
        yield from ((False, Log(service=service, pod=pod.name, container=each.name)) for each in pod.containers[:1])


def _troubled(pod: Pod, since: datetime) -> bool:
    return pod.phase != "Succeeded" and (not pod.ready or any(_restarted(each, since) for each in pod.containers))


def _restarted(container: Container, since: datetime) -> bool:
    """Whether a run of it ended since then, as far as anybody can tell."""
    ended = container.last_ended.at if container.last_ended else None
    return container.restarts > 0 and (ended is None or ended >= since)


def _telling(pod: Pod, since: datetime) -> list[Container]:
    """The containers that are in trouble; of a pod that only is not ready, the first that is not."""
    failing = [each for each in pod.containers if _restarted(each, since) or each.ended]
    return failing or [each for each in pod.containers if not each.ready][:1] or pod.containers[:1]


def _has_log(container: Container) -> bool:
    """A container that waits and never ran has none; one that waits to run again shows its last run."""
    return container.phase is not ContainerPhase.WAITING or (
        container.reason not in _NOT_STARTED and container.restarts > 0
    )
