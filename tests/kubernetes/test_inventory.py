import pytest

from agent.model.inventory import PODS_ELSEWHERE
from agent.model.question import Gap, GapReason, Inventory, InventoryQuestion
from integrations.kubernetes.inventory import _KINDS
from integrations.kubernetes.route import Route
from integrations.kubernetes.source import KubernetesSource
from tests.kubernetes.objects import deployment
from tests.kubernetes.scripted_server import answers, hangs_up, says

QUESTION = InventoryQuestion(namespace="shop")
METADATA = "as=PartialObjectMetadataList"


def path(kind: str) -> str:
    where = _KINDS[kind]
    return Route(where.api, where.resource, "shop" if where.place == "here" else where.place).path


@pytest.fixture
def cluster(server):
    """A server on which every kind can be listed and there is a little of some."""
    for kind in _KINDS:
        server.on(path(kind), answers(200, {"items": []}))
    server.on(path("Deployment"), answers(200, {"items": [deployment()]}))
    server.on(path("Node"), answers(200, {"items": [{"metadata": {"name": "n1"}}]}))
    return server


CLAIMED = {"items": [{"metadata": {"name": "data", "namespace": "shop"}}]}


async def test_one_list_a_kind_and_no_more(api, cluster):
    cluster.on(path("PersistentVolumeClaim"), answers(200, CLAIMED))
    answer = await KubernetesSource(api).ask(QUESTION)
    assert isinstance(answer, Inventory)
    assert [each.entity.name for each in answer.estate.workloads] == ["web"]
    assert answer.estate.namespace == "shop"
    assert answer.estate.at is not None
    assert answer.estate.unread == []
    lists = [request for request in cluster.requests if request.path != "/apis"]
    assert len(lists) == len(_KINDS) - 1 == 34, "no StatefulSet or DaemonSet has a history"
    assert len(cluster.requests) == 35
    assert {request.method for request in cluster.requests} == {"GET"}
    assert all(request.query["limit"] == ["500"] for request in lists)


async def test_extensions_are_asked_for_only_where_the_server_has_them_and_it_is_asked_once(api, cluster):
    cluster.on("/apis", answers(200, {"groups": [{"name": "apps"}]}))
    for _ in range(2):
        answer = await KubernetesSource(api).ask(QUESTION)
        assert isinstance(answer, Inventory)
    assert len(cluster.asked("/apis")) == 1
    assert cluster.asked(path("HTTPRoute")) == []


async def test_of_secrets_only_metadata_is_requested(api, cluster):
    await KubernetesSource(api).ask(QUESTION)
    (asked,) = cluster.asked(path("Secret"))
    assert METADATA in asked.headers["accept"]


@pytest.mark.parametrize("kind", sorted(_KINDS.keys() - {"Deployment"}))
async def test_a_kind_that_is_forbidden_is_named_and_the_rest_still_comes(api, cluster, kind):
    cluster.on(path("PersistentVolumeClaim"), answers(200, CLAIMED))
    owner = {"DaemonSet"} if kind == "ControllerRevision" else set()  # there might be some, with a history
    for each in {kind, *owner}:
        cluster.on(path(each), says(403, "no"))
    answer = await KubernetesSource(api).ask(QUESTION)
    assert isinstance(answer, Inventory)
    assert [each.entity.name for each in answer.estate.workloads] == ["web"]
    assert any(_KINDS[kind].resource in each and "RBAC" in each for each in answer.unseen)
    assert set(answer.estate.unread) == ({kind, "Service"} if kind == "EndpointSlice" else {kind, *owner})


async def test_a_kind_that_does_not_exist_is_named_unless_it_comes_with_an_extension(api, cluster):
    cluster.on(path("CronJob"), says(404, "the server could not find the requested resource"))
    cluster.on(path("HTTPRoute"), says(404, "the server could not find the requested resource"))
    answer = await KubernetesSource(api).ask(QUESTION)
    assert any("cronjobs" in each for each in answer.unseen)
    assert not any("httproutes" in each for each in answer.unseen)
    assert answer.estate.unread == ["CronJob"]


async def test_a_list_that_breaks_off_costs_only_itself(api, cluster):
    cluster.on(path("ConfigMap"), hangs_up(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"))
    answer = await KubernetesSource(api).ask(QUESTION)
    assert isinstance(answer, Inventory)
    assert any("configmaps" in each for each in answer.unseen)


async def test_a_namespace_with_nothing_in_it_is_an_empty_gap(api, cluster):
    cluster.on(path("Deployment"), answers(200, {"items": []}))
    answer = await KubernetesSource(api).ask(QUESTION)
    assert isinstance(answer, Gap)
    assert answer.reason is GapReason.EMPTY


async def test_where_nothing_may_be_listed_the_whole_is_refused(api, server):
    for kind in _KINDS:
        server.on(path(kind), says(403, "no"))
    answer = await KubernetesSource(api).ask(QUESTION)
    assert isinstance(answer, Gap)
    assert answer.reason is GapReason.REFUSED


async def test_a_long_list_is_read_to_its_end(api, cluster):
    first = {"items": [deployment()], "metadata": {"continue": "more"}}
    second = deployment()
    second["metadata"]["name"] = "api"
    cluster.on(path("Deployment"), answers(200, first), answers(200, {"items": [second]}))
    answer = await KubernetesSource(api).ask(QUESTION)
    assert [each.entity.name for each in answer.estate.workloads] == ["api", "web"]


WAITING = {
    "metadata": {"name": "web-1", "namespace": "shop"},
    "status": {
        "phase": "Pending",
        "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}],
    },
}
ELSEWHERE = {
    "metadata": {"name": "other", "namespace": "elsewhere"},
    "spec": {"nodeName": "n1", "containers": [{"resources": {"requests": {"cpu": "3"}}}]},
    "status": {"phase": "Running"},
}


async def test_all_pods_of_the_cluster_are_asked_for_only_while_one_waits_for_a_node(api, cluster):
    cluster.on("/api/v1/pods", answers(200, {"items": [ELSEWHERE]}))
    calm = await KubernetesSource(api).ask(QUESTION)
    assert calm.estate.machines[0].requested == {}
    assert cluster.asked("/api/v1/pods") == []
    cluster.on(path("Pod"), answers(200, {"items": [WAITING]}))
    answer = await KubernetesSource(api).ask(QUESTION)
    assert answer.estate.machines[0].requested == {"pods": 1.0, "cpu": 3.0, "memory": 0.0}
    assert [each.pod.name for each in answer.estate.pods] == ["web-1"]


async def test_all_pods_of_the_cluster_are_asked_for_after_a_preemption(api, cluster):
    cluster.on(path("Event"), answers(200, {"items": [{"reason": "Preempted", "involvedObject": {"kind": "Pod"}}]}))
    cluster.on("/api/v1/pods", answers(200, {"items": [{**ELSEWHERE, "spec": {**ELSEWHERE["spec"], "priority": 7}}]}))
    answer = await KubernetesSource(api).ask(QUESTION)
    assert answer.estate.machines[0].requested_by_rank == {7: {"pods": 1.0, "cpu": 3.0, "memory": 0.0}}


CLASSES = "/apis/scheduling.k8s.io/v1/priorityclasses"


def lacking(name=""):
    """A Deployment without its pods."""
    found = deployment()
    found["status"]["readyReplicas"] = 0
    found["spec"]["template"]["spec"] |= {"priorityClassName": name}
    return answers(200, {"items": [found]})


async def test_priority_classes_are_asked_for_only_while_a_workload_that_names_one_lacks_pods(api, cluster):
    cluster.on(CLASSES, answers(200, {"items": [{"metadata": {"name": "system-node-critical"}}]}))
    cluster.on(path("Deployment"), lacking(), lacking("urgent"))
    calm = await KubernetesSource(api).ask(QUESTION)
    assert (calm.estate.priority_classes, cluster.asked(CLASSES)) == ([], [])
    answer = await KubernetesSource(api).ask(QUESTION)
    assert answer.estate.priority_classes == ["system-node-critical"]
    assert METADATA in cluster.asked(CLASSES)[0].headers["accept"]


async def test_priority_classes_that_may_not_be_read_are_named(api, cluster):
    cluster.on(CLASSES, says(403, "no"))
    cluster.on(path("Deployment"), lacking("urgent"))
    answer = await KubernetesSource(api).ask(QUESTION)
    assert any("priority classes" in each and "RBAC" in each for each in answer.unseen)


async def test_budgets_out_of_sight_are_not_taken_for_none(api, cluster):
    assert (await KubernetesSource(api).ask(QUESTION)).estate.budgets == []
    cluster.on(path("PodDisruptionBudget"), says(403, "no"))
    assert (await KubernetesSource(api).ask(QUESTION)).estate.budgets is None


async def test_requests_that_may_not_be_summed_are_named(api, cluster):
    cluster.on(path("Pod"), answers(200, {"items": [WAITING]}))
    cluster.on("/api/v1/pods", says(403, "no"))
    answer = await KubernetesSource(api).ask(QUESTION)
    assert answer.estate.machines[0].requested == {}
    assert any("request of the nodes" in each for each in answer.unseen)
    assert not answer.estate.knows(PODS_ELSEWHERE)


async def test_a_namespace_nobody_can_have_asks_nothing(api, cluster):
    answer = await KubernetesSource(api).ask(InventoryQuestion(namespace="../../secrets"))
    assert isinstance(answer, Gap)
    assert answer.reason is GapReason.EMPTY
    assert cluster.requests == []


async def test_who_may_read_one_namespace_only_has_one_hole_beyond_it(api, cluster):
    cluster.on(path("PersistentVolumeClaim"), answers(200, CLAIMED))
    for kind, where in _KINDS.items():
        if where.place != "here":
            cluster.on(path(kind), says(403, "no"))
    answer = await KubernetesSource(api).ask(QUESTION)
    (beyond,) = answer.unseen
    assert beyond.startswith("beyond the namespace: ")
    assert all(word in beyond for word in ("nodes", "persistentvolumes", "storageclasses", "leases", "kube-system"))
