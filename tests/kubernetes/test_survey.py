"""What a survey costs the API server: its questions are asked at once, and nothing that is listed is asked for again."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from agent.model.entity import Entity
from agent.model.question import (
    ChangesQuestion,
    Configs,
    ConfigsQuestion,
    EventsQuestion,
    Gap,
    GapReason,
    InventoryQuestion,
    LogsQuestion,
    NodesQuestion,
    Pods,
    PodsQuestion,
    Revisions,
    RevisionsQuestion,
    ServicesQuestion,
    WorkloadQuestion,
    Workloads,
)
from agent.model.record import Window
from integrations.kubernetes.changes import _COLLECTIONS
from integrations.kubernetes.inventory import _KINDS
from integrations.kubernetes.route import Route
from integrations.kubernetes.source import KubernetesSource
from tests.kubernetes.objects import deployment
from tests.kubernetes.scripted_server import answers, says

WEB = Entity(kind="Deployment", namespace="shop", name="web")
NOW = datetime.now(UTC)
SURVEY = [
    ChangesQuestion(namespace="shop", window=Window(start=NOW - timedelta(days=900), end=NOW)),
    InventoryQuestion(namespace="shop"),
    EventsQuestion(namespace="shop"),
    ServicesQuestion(namespace="shop"),
    NodesQuestion(),
    RevisionsQuestion(entity=WEB),
    PodsQuestion(entity=WEB),
    ConfigsQuestion(entity=WEB),
]


def named(name: str, owner: str = "", **more) -> dict:
    owned = [{"kind": "X", "name": "x", "uid": owner, "controller": True}] if owner else []
    return {"metadata": {"name": name, "namespace": "shop", "uid": f"uid-{name}", "ownerReferences": owned}, **more}


@pytest.fixture
def cluster(server):
    """A server with one Deployment, its ReplicaSet and pod, and the configuration it refers to."""
    for kind in _KINDS.values():
        place = "shop" if kind.place == "here" else kind.place
        server.on(Route(kind.api, kind.resource, place).path, answers(200, {"items": []}))
    for each in _COLLECTIONS.values():
        server.on(Route(each.api, each.resource, "" if each.cluster else "shop").path, answers(200, {"items": []}))
    server.on("/apis", answers(200, {"groups": [{"name": "apps"}]}))
    web = deployment()
    web["metadata"]["uid"] = "uid-web"
    web["spec"]["template"]["spec"] = {
        "containers": [{"name": "app", "envFrom": [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "login"}}]}]
    }  # fmt: skip
    replica_set = named("web-1", "uid-web")
    replica_set["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "1"}
    server.on(path("deployments"), answers(200, {"items": [web]}))
    server.on(path("deployments/web"), answers(200, web))
    server.on(path("replicasets"), answers(200, {"items": [replica_set]}))
    server.on(core("pods"), answers(200, {"items": [named("web-1-x", "uid-web-1"), named("other-x", "uid-other")]}))
    server.on(core("configmaps"), answers(200, {"items": [named("settings", data={"a": "1"})]}))
    server.on(core("configmaps/settings"), answers(200, named("settings", data={"a": "1"})))
    server.on(core("secrets"), answers(200, {"items": [named("login")]}))
    server.on(core("secrets/login"), answers(200, named("login")))
    return server


def path(rest: str) -> str:
    return f"/apis/apps/v1/namespaces/shop/{rest}"


def core(rest: str) -> str:
    return f"/api/v1/namespaces/shop/{rest}"


async def surveyed(api):
    source = KubernetesSource(api)
    return dict(
        zip([each.kind for each in SURVEY], await asyncio.gather(*(source.ask(each) for each in SURVEY)), strict=True)
    )


async def test_a_survey_asks_for_each_list_once_and_for_nothing_else(api, cluster):
    told = await surveyed(api)
    assert [pod.name for pod in told["pods"].items] == ["web-1-x"]
    assert [revision.name for revision in told["revisions"].items] == ["web-1"]
    assert [each.entity.name for each in told["configs"].items] == ["login", "settings"]
    asked = Counter(request.path for request in cluster.requests)
    lists = {*(kind.resource for kind in _KINDS.values()), *(each.resource for each in _COLLECTIONS.values())}
    assert max(asked.values()) == 1, asked.most_common(3)
    assert {each.rpartition("/")[2] for each in asked} <= {*lists, "apis"}
    assert len(cluster.requests) == 27  # 26 lists, and the names of the API groups once in ten minutes


async def test_where_only_single_objects_may_be_read_they_are(api, cluster):
    for forbidden in (path("deployments"), core("configmaps"), core("secrets")):
        cluster.on(forbidden, says(403, "no"))
    told = await surveyed(api)
    assert isinstance(told["pods"], Pods)
    assert isinstance(told["revisions"], Revisions)
    assert isinstance(told["configs"], Configs)
    assert [each.entity.name for each in told["configs"].items] == ["login", "settings"]
    (secret,) = cluster.asked(core("secrets/login"))
    assert "as=PartialObjectMetadata" in secret.headers["accept"]


async def test_without_replica_sets_a_workloads_pods_are_those_its_selector_finds(api, cluster):
    cluster.on(path("replicasets"), says(403, "no"))
    answer = await KubernetesSource(api).ask(PodsQuestion(entity=WEB))
    assert isinstance(answer, Pods)
    assert any("labelSelector" in each.query for each in cluster.asked(core("pods")))


LATER = [
    WorkloadQuestion(namespace="shop", name="web"),
    PodsQuestion(entity=WEB),
    RevisionsQuestion(entity=WEB),
    ConfigsQuestion(entity=WEB),
    NodesQuestion(),
    EventsQuestion(namespace="shop"),
]


async def test_a_settled_round_asks_for_each_list_once_however_many_steps_it_has(api, cluster):
    api.kept.settle()
    source = KubernetesSource(api)
    told = [await source.ask(WorkloadQuestion(namespace="shop", name="web"))]
    await surveyed(api)
    asked = len(cluster.requests)
    told += [await source.ask(question) for question in LATER]
    assert not any(isinstance(answer, Gap) and answer.reason is not GapReason.EMPTY for answer in told)
    assert isinstance(told[0], Workloads)
    assert asked == 27  # the workload came out of lists that the survey needs
    assert len(cluster.requests) == asked


async def test_a_kind_that_may_not_be_listed_is_not_tried_again_in_a_settled_round(api, cluster):
    cluster.on(core("events"), says(403, "no"))
    api.kept.settle()
    for _ in range(3):
        answer = await KubernetesSource(api).ask(EventsQuestion(namespace="shop"))
        assert isinstance(answer, Gap)
    assert len(cluster.asked(core("events"))) == 1


async def test_before_a_decision_everything_is_read_anew(api, cluster):
    api.kept.settle()
    await surveyed(api)
    api.kept.renew()
    asked = len(cluster.requests)
    found = await KubernetesSource(api).ask(WorkloadQuestion(namespace="shop", name="web"))
    await KubernetesSource(api).ask(RevisionsQuestion(entity=WEB))
    assert isinstance(found, Workloads)
    assert len(cluster.requests) - asked == 5  # three kinds by name, Deployments and ReplicaSets


async def test_a_write_of_ours_makes_everything_be_read_anew(api, cluster):
    cluster.on(core("events"), answers(200, {"items": []}), answers(201, {"metadata": {}}), answers(200, {"items": []}))
    api.kept.settle()
    await KubernetesSource(api).ask(EventsQuestion(namespace="shop"))
    await api.create(Route("v1", "events", "shop"), {})
    await KubernetesSource(api).ask(EventsQuestion(namespace="shop"))
    assert [each.method for each in cluster.requests] == ["GET", "POST", "GET"]


async def test_what_only_goes_with_other_objects_is_listed_where_there_are_some(api, cluster):
    await surveyed(api)
    spared = [path("controllerrevisions"), "/api/v1/persistentvolumes", "/apis/storage.k8s.io/v1/storageclasses"]
    assert [cluster.asked(each) for each in spared] == [[], [], []]
    cluster.on(path("daemonsets"), answers(200, {"items": [named("agent")]}))
    cluster.on(core("persistentvolumeclaims"), says(403, "no"))  # there might be some
    told = await surveyed(api)
    assert [len(cluster.asked(each)) for each in spared] == [1, 1, 1]
    assert "PersistentVolumeClaim" in told["inventory"].estate.unread


async def test_the_log_of_a_node_that_does_not_answer_is_tried_twice(api, cluster):
    log = core("pods/web-1-x/log")
    cluster.on(log, says(502, "dial tcp: connection refused"))
    answer = await KubernetesSource(api).ask(LogsQuestion(namespace="shop", pod="web-1-x", container="app"))
    assert isinstance(answer, Gap)
    assert len(cluster.asked(log)) == 2


async def test_a_logs_container_is_looked_up_in_the_list_of_a_settled_round(api, cluster):
    pod = named("web-1-x", spec={"containers": [{"name": "app"}]})
    cluster.on(core("pods"), answers(200, {"items": [pod]}))
    cluster.on(core("pods/web-1-x/log"), answers(200, {}))
    api.kept.settle()
    await KubernetesSource(api).ask(LogsQuestion(namespace="shop", pod="web-1-x"))
    await KubernetesSource(api).ask(LogsQuestion(namespace="shop", pod="web-1-x"))
    assert [each.path for each in cluster.requests] == [core("pods"), core("pods/web-1-x/log")]
