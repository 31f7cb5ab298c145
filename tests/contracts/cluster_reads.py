"""The reading half of the cluster contract."""

import asyncio
from datetime import timedelta

from agent.model.change import ChangeKind
from agent.model.question import (
    Configs,
    ConfigsQuestion,
    Gap,
    GapReason,
    InventoryQuestion,
    Messages,
    MessagesQuestion,
    Nodes,
    NodesQuestion,
    Pods,
    PodsQuestion,
    RevisionsQuestion,
    Services,
    ServicesQuestion,
    WorkloadQuestion,
)
from agent.model.record import Window
from tests.contracts.cluster_bench import SECRET, Bench, gap


async def a_name_resolves_to_its_workload(bench: Bench) -> None:
    await bench.stage.deploy(
        "plain", "shop/plain:1", replicas=2, env={"PAYMENTS_URL": "http://payments.shop.svc:8080/v1"}
    )
    found = await bench.workload("plain")
    assert found.entity == bench.entity("plain")
    assert (found.replicas, found.ready, found.updated) == (2, 2, 2)
    assert list(found.images.values()) == ["shop/plain:1"]
    assert found.generation == found.observed_generation
    assert "payments.shop.svc" in found.references
    assert found.uid
    assert found.spec_hash


async def what_is_not_there_is_an_empty_gap(bench: Bench) -> None:
    namespace, nothing = bench.stage.namespace, bench.entity("nothing-of-that-name")
    questions = [
        WorkloadQuestion(namespace=namespace, name=nothing.name),
        RevisionsQuestion(entity=nothing),
        PodsQuestion(entity=nothing),
        ConfigsQuestion(entity=nothing),
        WorkloadQuestion(namespace="no-such-namespace", name="plain"),
    ]
    for question in questions:
        assert gap(await bench.source.ask(question)).reason is GapReason.EMPTY


async def revisions_are_named_and_one_is_current(bench: Bench) -> None:
    found = await bench.three_releases("releases")
    assert [revision.number for revision in found] == [3, 2, 1]
    assert [revision.current for revision in found] == [True, False, False]
    assert [list(revision.images.values()) for revision in found] == [[f"shop/releases:{n}"] for n in (3, 2, 1)]
    assert len({revision.template_hash for revision in found}) == 3
    assert found[0].replicas == found[0].ready == 2
    assert found[2].active_since < found[1].active_since < found[0].active_since <= await bench.stage.now()


async def pods_belong_to_the_current_revision_after_a_rollout(bench: Bench) -> None:
    await bench.stage.deploy("podded", "shop/podded:1", replicas=3)
    current = await bench.current("podded")
    answer = await bench.source.ask(PodsQuestion(entity=bench.entity("podded")))
    assert isinstance(answer, Pods)
    assert [pod.name for pod in answer.items] == sorted(pod.name for pod in answer.items)
    live = [pod for pod in answer.items if not pod.deleting]
    assert len(live) == 3
    assert {pod.template_hash for pod in live} == {current.template_hash}
    assert all(pod.ready and pod.node and pod.containers[0].image == "shop/podded:1" for pod in live)


async def secrets_in_plain_env_never_come_out(bench: Bench) -> None:
    await bench.stage.deploy("leaky", "shop/leaky:1", env={"DB_PASSWORD": SECRET, "MODE": "a"})
    await bench.stage.later(1.1)
    await bench.stage.deploy("leaky", "shop/leaky:2", env={"DB_PASSWORD": SECRET + "2", "MODE": "b"})
    answers = [
        await bench.workload("leaky"),
        *await bench.revisions("leaky"),
        *await bench.changes("leaky"),
        await bench.preview(bench.rollback("leaky", (await bench.revisions("leaky"))[1])),
    ]
    for answer in answers:
        assert SECRET not in answer.model_dump_json()


async def a_release_is_a_change_with_both_revisions_and_a_diff(bench: Bench) -> None:
    await bench.stage.deploy("timeline", "shop/timeline:1", env={"RELEASE": "1"})
    await bench.stage.later(1.1)
    before = await bench.stage.now()
    await bench.stage.deploy("timeline", "shop/timeline:2", env={"RELEASE": "2"})
    change = (await bench.changes("timeline", ChangeKind.ROLLOUT))[-1]
    assert (change.from_revision, change.to_revision) == (1, 2)
    assert abs(change.at - before) < timedelta(seconds=30)
    assert "-" in change.diff
    assert any(line.startswith("-") and "shop/timeline:1" in line for line in change.diff.splitlines())
    assert any(line.startswith("+") and "shop/timeline:2" in line for line in change.diff.splitlines())
    assert change.id == (await bench.changes("timeline", ChangeKind.ROLLOUT))[-1].id


async def an_edited_configuration_is_a_change_and_its_digest_moves(bench: Bench) -> None:
    await bench.stage.configure("configured-config", {"index-url": "idx-1", "mode": "fast"})
    await bench.stage.deploy("configured", "shop/configured:1", config="configured-config")
    question = ConfigsQuestion(entity=bench.entity("configured"))
    before = await bench.source.ask(question)
    assert isinstance(before, Configs)
    assert await bench.changes("configured-config") == []
    await bench.stage.later(1.1)
    await bench.stage.configure("configured-config", {"index-url": "idx-2", "mode": "fast"})
    after = await bench.source.ask(question)
    assert isinstance(after, Configs)
    assert [each.entity.name for each in after.items] == ["configured-config"]
    assert before.items[0].digest != after.items[0].digest
    assert before.items[0].changed_at is None
    assert after.items[0].changed_at is not None
    assert after.items[0].keys == ["index-url", "mode"]
    assert "idx-2" not in after.model_dump_json()
    (change,) = await bench.changes("configured-config", ChangeKind.CONFIG)
    assert "index-url" in change.keys
    assert change.entity.kind == "ConfigMap"


async def scaling_is_a_change_but_a_rollout_is_no_scaling(bench: Bench) -> None:
    await bench.stage.deploy("sized", "shop/sized:1", replicas=2)
    await bench.stage.later(1.1)
    await bench.stage.deploy("sized", "shop/sized:2")
    assert await bench.changes("sized", ChangeKind.SCALE) == []
    await bench.stage.later(10)
    await bench.stage.scale("sized", 4)
    (change,) = await bench.changes("sized", ChangeKind.SCALE)
    assert abs(change.at - await bench.stage.now()) < timedelta(seconds=30)
    assert "4" in change.summary


async def nodes_and_services_are_listed(bench: Bench) -> None:
    await bench.stage.deploy("served", "shop/served:1", replicas=2)
    nodes = await bench.source.ask(NodesQuestion())
    assert isinstance(nodes, Nodes)
    assert all(node.ready for node in nodes.items)
    assert [node.name for node in nodes.items] == sorted(node.name for node in nodes.items)
    for _ in range(50):
        services = await bench.source.ask(ServicesQuestion(namespace=bench.stage.namespace))
        assert isinstance(services, Services)
        found = next(each for each in services.items if each.entity.name == "served")
        if found.ready == 2:
            break
        await bench.stage.later(0.2)
        await asyncio.sleep(0)
    assert (found.ready, found.not_ready, len(found.pods)) == (2, 0, 2)


async def an_inventory_holds_a_workload_with_all_that_belongs_to_it(bench: Bench) -> None:
    await bench.stage.configure("listed-config", {"mode": "fast"})
    environment = {"DB_PASSWORD": SECRET, "DB_URL": "http://ledger:8080"}
    await bench.stage.deploy("listed", "shop/listed:1", replicas=2, env=environment, config="listed-config")
    for _ in range(50):
        estate = await bench.estate()
        route = next(each for each in estate.routes if each.entity.name == "listed")
        if len(route.ready) == 2:
            break
        await bench.stage.later(0.2)
        await asyncio.sleep(0)
    (workload,) = [each for each in estate.workloads if each.entity.name == "listed"]
    assert workload.entity == bench.entity("listed")
    assert (workload.replicas, workload.ready, workload.updated) == (2, 2, 2)
    (container,) = workload.template.containers
    assert container.image == "shop/listed:1"
    assert container.environment["DB_URL"] == "http://ledger:8080"
    assert [(each.kind, each.name) for each in container.references] == [("ConfigMap", "listed-config")]
    assert SECRET not in estate.model_dump_json()
    pods = [each for each in estate.pods if each.owner == "listed" and not each.pod.deleting]
    assert [(each.owner_kind, each.template.containers[0].image) for each in pods] == [
        ("Deployment", "shop/listed:1")
    ] * 2
    assert all(each.pod.ready and each.address and each.template.node_name == each.pod.node for each in pods)
    assert {address.rpartition(":")[0] for address in route.ready} == {each.address for each in pods}
    assert route.not_ready == []
    assert all(route.selector.items() <= each.pod.labels.items() for each in pods)
    (holder,) = [each for each in estate.holders if each.entity.name == "listed-config"]
    assert (holder.entity.kind, holder.keys) == ("ConfigMap", ["mode"])
    assert "default" in estate.service_accounts


async def an_inventory_shows_the_nodes_and_who_keeps_them(bench: Bench) -> None:
    await bench.stage.deploy("housed", "shop/housed:1")
    estate = await bench.estate()
    assert estate.namespace == bench.stage.namespace
    assert estate.at is not None
    machines = {each.name: each for each in estate.machines}
    assert {each.pod.node for each in estate.pods if each.owner == "housed"} <= machines.keys()
    for machine in machines.values():
        assert machine.ready
        assert machine.allocatable["cpu"] > 0
        assert machine.allocatable["memory"] > 2**30
        assert "kubernetes.io/hostname" in machine.labels
    kubelets = {each.node: each.healthy for each in estate.components if each.name == "kubelet"}
    assert kubelets == dict.fromkeys(machines, True)
    assert any(each.entity.name == "housed" for each in estate.events)


async def an_inventory_of_an_unknown_namespace_is_an_empty_gap(bench: Bench) -> None:
    assert gap(await bench.source.ask(InventoryQuestion(namespace="no-such-namespace"))).reason is GapReason.EMPTY


async def messages_are_of_those_asked_for_or_say_why_not(bench: Bench) -> None:
    await bench.stage.deploy("talking", "shop/talking:1", env={"DB_PASSWORD": SECRET})
    now = await bench.stage.now()
    window = Window(start=now - timedelta(minutes=30), end=now)
    question = MessagesQuestion(namespace=bench.stage.namespace, services=["talking"], window=window, limit=50)
    answer = await bench.source.ask(question)
    if isinstance(answer, Gap):  # nodes that no kubelet stands behind keep no logs
        assert answer.reason is GapReason.FAILED
        return
    assert isinstance(answer, Messages)
    assert 0 < len(answer.items) <= 50
    assert {each.service for each in answer.items} == {"talking"}
    assert all(each.at and window.start <= each.at <= window.end for each in answer.items)
    assert [each.at for each in answer.items] == sorted(each.at for each in answer.items if each.at)
    assert SECRET not in answer.model_dump_json()


async def messages_of_nobody_are_an_empty_gap(bench: Bench) -> None:
    now = await bench.stage.now()
    window = Window(start=now - timedelta(minutes=30), end=now)
    for namespace, services in (("no-such-namespace", []), (bench.stage.namespace, ["nobody-of-that-name"])):
        question = MessagesQuestion(namespace=namespace, services=services, window=window)
        assert gap(await bench.source.ask(question)).reason is GapReason.EMPTY
