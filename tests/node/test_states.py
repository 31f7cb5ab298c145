"""What the kubelet and the scheduler say of containers in trouble, read through the source."""

from collections.abc import Callable

import pytest

from agent.model.cluster import KubeEvent, ServiceEndpoints
from agent.model.pod import Container, ContainerPhase, Pod
from agent.model.question import Events, EventsQuestion, Pods, PodsQuestion, Services, ServicesQuestion
from integrations.kubernetes.source import KubernetesSource
from tests.node.node import eventually
from tests.node.troubled import Troubled

pytestmark = pytest.mark.tier3


def waits(*reasons: str) -> Callable[[Pod, Container], bool]:
    return lambda pod, found: (
        found.phase is ContainerPhase.WAITING and found.reason in reasons and not pod.ready and bool(found.message)
    )


def killed_for_memory(_pod: Pod, found: Container) -> bool:
    last = found.last_ended
    return bool(last and last.reason == "OOMKilled" and last.exit_code == 137 and last.at and found.restarts >= 1)


def crashed(pod: Pod, found: Container) -> bool:
    last = found.last_ended
    ended = bool(last and last.reason == "Error" and last.exit_code == 1 and last.at)
    return waits("CrashLoopBackOff")(pod, found) and ended and found.restarts >= 1


def runs_unready(pod: Pod, found: Container) -> bool:
    runs = found.phase is ContainerPhase.RUNNING and found.started_at is not None
    return runs and not found.ready and pod.conditions.get("Ready", "").startswith("False: ContainersNotReady")


def has_no_place(pod: Pod, found: Container) -> bool:
    told = pod.conditions.get("PodScheduled", "")
    return pod.phase == "Pending" and not pod.node and not found.started_at and told.startswith("False: Unschedulable")


def runs(pod: Pod, found: Container) -> bool:
    return pod.ready and found.ready and pod.phase == "Running" and bool(pod.node) and found.restarts == 0


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        pytest.param("talker", runs, id="one that runs and is ready"),
        pytest.param("crasher", crashed, id="one that ends with an error again and again"),
        pytest.param("hoarder", killed_for_memory, id="one killed for the memory it took"),
        pytest.param("unpulled", waits("ErrImagePull", "ImagePullBackOff"), id="one whose image cannot be pulled"),
        pytest.param("unpullable", waits("ErrImageNeverPull"), id="one whose image may not be pulled"),
        pytest.param("unready", runs_unready, id="one whose readiness probe fails"),
        pytest.param("giant", has_no_place, id="one that no node has room for"),
    ],
)
async def test_a_container_is_seen_as(
    source: KubernetesSource, troubled: Troubled, name: str, holds: Callable[[Pod, Container], bool]
) -> None:
    seen: list[Pod] = []

    async def look() -> bool:
        answer = await source.ask(PodsQuestion(entity=troubled.entity(name)))
        seen[:] = answer.items if isinstance(answer, Pods) else []
        return [holds(pod, container) for pod in seen for container in pod.containers] == [True]

    try:
        await eventually(look, name)
    except TimeoutError:
        pytest.fail(f"{name} was last seen as {seen}")


@pytest.mark.parametrize(
    ("name", "kind", "reason", "says"),
    [
        ("crasher", "Warning", "BackOff", "Back-off restarting failed container"),
        ("unpulled", "Warning", "Failed", "never-built"),
        ("unpullable", "Warning", "ErrImageNeverPull", "never-built"),
        ("unready", "Warning", "Unhealthy", "Readiness probe failed"),
        ("giant", "Warning", "FailedScheduling", "Insufficient cpu"),
        ("talker", "Normal", "Started", "ontainer"),
    ],
)
async def test_an_event_tells_of_it(
    source: KubernetesSource, troubled: Troubled, name: str, kind: str, reason: str, says: str
) -> None:
    async def told() -> KubeEvent | None:
        answer = await source.ask(EventsQuestion(namespace=troubled.namespace))
        events = answer.items if isinstance(answer, Events) else []
        mine = [each for each in events if each.entity.kind == "Pod" and each.entity.name.startswith(f"{name}-")]
        return next(
            (each for each in mine if (each.type, each.reason) == (kind, reason) and says in each.message), None
        )

    event = await eventually(told, f"{reason} of {name}")
    assert event.first_at
    assert event.last_at
    assert event.first_at <= event.last_at
    assert event.count >= 1


async def test_endpoints_are_counted_by_readiness(source: KubernetesSource, troubled: Troubled) -> None:
    async def both() -> dict[str, ServiceEndpoints] | None:
        answer = await source.ask(ServicesQuestion(namespace=troubled.namespace))
        found = {each.entity.name: each for each in answer.items} if isinstance(answer, Services) else {}
        return found if all(each.pods for each in found.values()) and found["talker"].ready else None

    found = await eventually(both, "endpoints of both Services")
    counts = {name: (each.ready, each.not_ready, len(each.pods)) for name, each in found.items()}
    assert counts == {"talker": (1, 0, 1), "unready": (0, 1, 1)}
