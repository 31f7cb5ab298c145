"""A namespace in trouble read whole: its objects, its log lines, and whether its Services accept connections."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.model.inventory import Estate, Running
from agent.model.pod import ContainerPhase
from agent.model.question import Inventory, InventoryQuestion, Messages, MessagesQuestion
from agent.model.record import Window
from integrations.kubernetes.connecting import attempt
from integrations.kubernetes.source import KubernetesSource
from tests.node.node import Node, eventually
from tests.node.troubled import PLANTED, Troubled

pytestmark = pytest.mark.tier3


def pod_of(estate: Estate, name: str) -> Running:
    return next(each for each in estate.pods if each.owner == name)


def settled(estate: Estate) -> bool:
    """Whether every trouble shows: one waits for a node, one for its image, one to run again, and one talks."""
    owners = {each.owner: each.pod for each in estate.pods}
    if len(owners) < 7:
        return False
    waits = {name: owners[name].containers[0].reason for name in ("crasher", "unpulled", "unpullable")}
    placeless = owners["giant"].conditions.get("PodScheduled", "").startswith("False")
    return all(waits.values()) and owners["talker"].ready and placeless


async def whole(source: KubernetesSource, troubled: Troubled) -> Inventory:
    async def there() -> Inventory | None:
        answer = await source.ask(InventoryQuestion(namespace=troubled.namespace))
        return answer if isinstance(answer, Inventory) and settled(answer.estate) else None

    return await eventually(there, "a namespace whose troubles all show")


async def test_an_inventory_of_a_real_node_shows_every_trouble_and_what_the_node_has(
    source: KubernetesSource, troubled: Troubled
) -> None:
    answer = await whole(source, troubled)
    estate = answer.estate
    assert pod_of(estate, "hoarder").template.containers[0].limits == {"memory": 32.0 * 2**20}
    assert pod_of(estate, "unready").template.containers[0].readiness is not None
    giant = pod_of(estate, "giant")
    (machine,) = [each for each in estate.machines if each.name == pod_of(estate, "talker").pod.node]
    free = machine.allocatable["cpu"] - machine.requested["cpu"]
    assert giant.template.containers[0].requests["cpu"] > free
    assert machine.requested["pods"] >= 6
    routes = {each.entity.name: each for each in estate.routes}
    assert routes["talker"].ready == [f"{pod_of(estate, 'talker').address}:8080"]
    assert (routes["unready"].ready, len(routes["unready"].not_ready)) == ([], 1)
    parts = {(each.name, each.node): each.healthy for each in estate.components}
    assert parts["kubelet", machine.name]
    assert parts["container runtime", machine.name]
    assert parts["network plugin", machine.name]


async def test_log_lines_of_a_real_node_are_of_those_that_ran_and_their_secrets_are_masked(
    source: KubernetesSource, troubled: Troubled
) -> None:
    await whole(source, troubled)
    now = datetime.now(UTC)
    window = Window(start=now - timedelta(hours=1), end=now)
    answer = await source.ask(MessagesQuestion(namespace=troubled.namespace, window=window, limit=200))
    assert isinstance(answer, Messages), answer
    services = {each.service for each in answer.items}
    assert {"talker", "crasher"} <= services
    assert not services & {"unpulled", "unpullable", "giant"}
    assert {"info", "error", "warning"} <= {each.level for each in answer.items if each.service == "talker"}
    outside = [each for each in answer.items if each.at is None or not window.start <= each.at <= window.end]
    assert outside == []
    assert PLANTED not in answer.model_dump_json()
    later = Window(start=now + timedelta(minutes=5), end=now + timedelta(minutes=6))
    silent = await source.ask(MessagesQuestion(namespace=troubled.namespace, services=["talker"], window=later))
    assert not isinstance(silent, Messages) or silent.items == []


async def test_a_service_without_ready_pods_accepts_no_connection(
    source: KubernetesSource, troubled: Troubled, node: Node
) -> None:
    estate = (await whole(source, troubled)).estate
    assert pod_of(estate, "unready").pod.containers[0].phase is ContainerPhase.RUNNING
    address = next(each.cluster_address for each in estate.routes if each.entity.name == "unready")
    answer = await attempt(address, 8080)
    assert not answer.accepted
    server = node.api.get("/api/v1/namespaces/default/services/kubernetes")["spec"]["clusterIP"]
    assert (await attempt(server, 443)).accepted
