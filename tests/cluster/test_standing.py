"""How far rollouts, GitOps tools and routes have come, as a real API server and its controllers tell it."""

import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from agent.model.inventory import UNMADE, Declared, Estate
from agent.model.question import Gap, Inventory, InventoryQuestion
from agent.reasoning.delivered import keeper, parts, rewritten
from agent.reasoning.owners import entity_of
from agent.reasoning.standing import given_up, halves, standing
from agent.reasoning.ways import detached, fault
from integrations.kubernetes.api import Api, connect
from integrations.kubernetes.source import KubernetesSource
from tests.cluster.api import pod_template, until
from tests.cluster.extensions import extensions
from tests.cluster.stage import ClusterStage

pytestmark = pytest.mark.tier2
NOWHERE = {"no-such-label": "anywhere"}


@pytest.fixture
async def api(control_plane) -> AsyncIterator[Api]:
    connected = await connect(str(control_plane.kubeconfig))
    yield connected
    await connected.close()


@pytest.fixture
def stage(control_plane) -> Iterator[ClusterStage]:
    made = ClusterStage(control_plane.api, f"standing-{uuid.uuid4().hex[:8]}")
    yield made
    control_plane.api.delete(f"/api/v1/namespaces/{made.namespace}")


@pytest.fixture(scope="module")
def extended(control_plane) -> Iterator[None]:
    with extensions(control_plane.api):
        yield


async def estate(api: Api, stage: ClusterStage) -> Estate:
    answer = await KubernetesSource(api).ask(InventoryQuestion(namespace=stage.namespace))
    assert isinstance(answer, Inventory), answer
    assert not [each for each in answer.unseen if "no such" in each or "could not" in each]
    return answer.estate


def workload(found: Estate, name: str) -> Declared:
    return next(each for each in found.workloads if each.entity.name == name)


async def stands(api: Api, stage: ClusterStage, name: str, minutes: float = 15) -> str:
    """Where it stands, seen so many minutes from now."""
    found = await estate(api, stage)
    pods = halves(found, workload(found, name))
    assert pods is not None
    assert found.at is not None
    return standing(workload(found, name), pods, found.at + timedelta(minutes=minutes))


def homeless(template: dict) -> dict:
    """A template whose pods no node takes."""
    return {**template, "spec": {**template["spec"], "nodeSelector": NOWHERE}}


def managed(stage: ClusterStage, resource: str, name: str, image: str, **spec) -> str:
    """A StatefulSet or DaemonSet; its path."""
    path = f"/apis/apps/v1/namespaces/{stage.namespace}/{resource}"
    template = pod_template(name, image, {}, {}, {})
    body = {"selector": {"matchLabels": {"app": name}}, "template": template, **spec}
    stage.api.create(path, {"metadata": {"name": name}, "spec": body})
    return f"{path}/{name}"


def retemplate(stage: ClusterStage, path: str, template: dict) -> None:
    stage.api.patch(path, [{"op": "replace", "path": "/spec/template", "value": template}], "json")


def counted(stage: ClusterStage, path: str, **counts: int) -> None:
    def done() -> bool:
        found = stage.api.get(path)
        status = found.get("status", {})
        seen = status.get("observedGeneration", 0) >= found["metadata"]["generation"]
        return seen and all(status.get(key, 0) == count for key, count in counts.items())

    until(done, f"{path}: {counts}")


async def test_a_deployment_past_its_deadline_waits_for_a_pod_of_its_new_template(stage, api):
    await stage.deploy("web", "web:1", replicas=2)
    assert await stands(api, stage, "web") == "done"
    path = f"/apis/apps/v1/namespaces/{stage.namespace}/deployments/web"
    stage.api.patch(path, {"spec": {"progressDeadlineSeconds": 2}})
    retemplate(stage, path, homeless(pod_template("web", "web:2", {}, {}, {})))

    def exceeded() -> bool:
        conditions = stage.api.get(path)["status"]["conditions"]
        return any(each.get("reason") == "ProgressDeadlineExceeded" for each in conditions)

    until(exceeded, "the deadline")
    declared = workload(await estate(api, stage), "web")
    assert given_up(declared)
    assert declared.template_by == "kubectl"
    assert await stands(api, stage, "web") == "blocked"
    assert await stands(api, stage, "web", minutes=0) == "on its way"


async def test_a_paused_deployment_keeps_its_pods_whatever_is_edited(stage, api):
    await stage.deploy("web", "web:1", replicas=2)
    path = f"/apis/apps/v1/namespaces/{stage.namespace}/deployments/web"
    stage.api.patch(path, {"spec": {"paused": True}})
    counted(stage, path, updatedReplicas=2)
    assert await stands(api, stage, "web") == "done"
    retemplate(stage, path, pod_template("web", "web:2", {}, {}, {}))
    counted(stage, path, readyReplicas=2)
    assert workload(await estate(api, stage), "web").revision == UNMADE
    assert await stands(api, stage, "web") == "paused"


async def test_a_stateful_set_does_not_get_past_a_broken_pod_and_a_correction_waits_for_it(stage, api):
    path = managed(stage, "statefulsets", "db", "db:1", replicas=2, serviceName="db")
    counted(stage, path, readyReplicas=2, updatedReplicas=2)
    assert await stands(api, stage, "db") == "done"
    retemplate(stage, path, homeless(pod_template("db", "db:2", {}, {}, {})))
    counted(stage, path, readyReplicas=1, updatedReplicas=1)
    assert await stands(api, stage, "db") == "blocked"
    retemplate(stage, path, pod_template("db", "db:3", {}, {}, {}))
    counted(stage, path, readyReplicas=1, updatedReplicas=0)
    assert await stands(api, stage, "db") == "waits for old"


async def test_a_partition_holds_back_the_pods_below_it(stage, api):
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
    path = managed(stage, "statefulsets", "db", "db:1", replicas=2, serviceName="db", updateStrategy=strategy)
    counted(stage, path, readyReplicas=2)
    retemplate(stage, path, pod_template("db", "db:2", {}, {}, {}))
    counted(stage, path, readyReplicas=2, updatedReplicas=1)
    declared = workload(await estate(api, stage), "db")
    assert (declared.partition, declared.ordered, declared.strategy) == (1, True, "RollingUpdate")
    assert await stands(api, stage, "db") == "held back"


async def test_a_daemon_set_on_delete_keeps_its_pods_and_knows_its_newest_revision(stage, api):
    path = managed(stage, "daemonsets", "agent", "agent:1", updateStrategy={"type": "OnDelete"})
    until(lambda: stage.api.get(path)["status"].get("numberReady", 0) > 0, "pods of the DaemonSet")
    assert await stands(api, stage, "agent") in ("done", "on its way")
    old = workload(await estate(api, stage), "agent").revision
    retemplate(stage, path, pod_template("agent", "agent:2", {}, {}, {}))
    counted(stage, path, updatedNumberScheduled=0)
    assert workload(await estate(api, stage), "agent").revision not in ("", old)
    assert await stands(api, stage, "agent") == "held back"


def make(stage: ClusterStage, group: str, resource: str, name: str, **body) -> None:
    kinds = {"applications": "Application", "kustomizations": "Kustomization", "helmreleases": "HelmRelease"}
    kind = {**kinds, "httproutes": "HTTPRoute", "gateways": "Gateway", "ingresses": "Ingress"}[resource]
    path = f"/apis/{group}/namespaces/{stage.namespace}/{resource}"
    stage.api.create(path, {"apiVersion": group, "kind": kind, "metadata": {"name": name}, **body})


async def test_what_gitops_tools_say_of_a_namespace_is_read_and_a_live_edit_is_known_by_its_writer(
    extended, stage, api
):
    await stage.deploy("web", "web:1")
    kept = {"group": "apps", "kind": "Deployment", "name": "web", "namespace": stage.namespace}
    make(
        stage,
        "argoproj.io/v1alpha1",
        "applications",
        "shop",
        spec={"destination": {"namespace": stage.namespace}, "syncPolicy": {"automated": {"selfHeal": False}}},
        status={
            "sync": {"status": "OutOfSync", "revision": "b" * 40},
            "history": [{"revision": "a" * 40, "deployedAt": "2020-01-01T00:00:00Z"}],
            "operationState": {"phase": "Failed", "message": "one or more objects failed to apply"},
            "resources": [{**kept, "status": "OutOfSync", "health": {"status": "Degraded"}}],
        },
    )
    ready = {"type": "Ready", "status": "False", "reason": "BuildFailed", "message": "no such file"}
    make(
        stage,
        "kustomize.toolkit.fluxcd.io/v1",
        "kustomizations",
        "apps",
        spec={"suspend": True, "dependsOn": [{"name": "base"}]},
        status={"conditions": [ready], "lastAppliedRevision": "main@sha1:1", "lastAttemptedRevision": "main@sha1:2"},
    )
    failed = {"chartName": "web", "chartVersion": "2.0.0", "status": "failed"}
    make(
        stage,
        "helm.toolkit.fluxcd.io/v2",
        "helmreleases",
        "web",
        status={"conditions": [{**ready, "reason": "UpgradeFailed"}], "history": [failed]},
    )
    found = await estate(api, stage)
    told = {each.entity.kind: each for each in found.deliveries if each.entity.namespace == stage.namespace}
    assert told["Application"].complaints == ["SyncFailed: one or more objects failed to apply"]
    assert (told["Application"].differs, told["Application"].automatic) == (True, True)
    assert told["Kustomization"].complaints == ["BuildFailed: no such file"]
    assert (told["Kustomization"].suspended, told["Kustomization"].needs[0].name) == (True, "base")
    assert (told["HelmRelease"].failed, told["HelmRelease"].wanted) == (True, "2.0.0")
    declared = workload(found, "web")
    assert keeper(found, entity_of(found, "web")) == told["Application"]
    assert declared.entity in parts(declared)
    assert rewritten(told["Application"], declared) == "kubectl"


async def test_routes_are_read_with_what_their_gateway_refuses(extended, stage, api):
    await stage.deploy("web", "web:1")
    refused = {"type": "ResolvedRefs", "status": "False", "reason": "BackendNotFound", "message": "wbe not found"}
    make(
        stage,
        "gateway.networking.k8s.io/v1",
        "gateways",
        "public",
        spec={"listeners": [{"name": "http", "port": 80, "hostname": "*.example", "protocol": "HTTP"}]},
    )
    make(
        stage,
        "gateway.networking.k8s.io/v1",
        "httproutes",
        "front",
        spec={
            "parentRefs": [{"name": "public", "sectionName": "http"}],
            "hostnames": ["shop.test"],
            "rules": [{"backendRefs": [{"name": "wbe", "port": 80}, {"name": "web", "port": 8081}]}],
        },
        status={"parents": [{"conditions": [refused]}]},
    )
    backend = {"service": {"name": "web", "port": {"name": "grpc"}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    make(stage, "networking.k8s.io/v1", "ingresses", "front", spec={"rules": [{"http": {"paths": [path]}}]})
    found = await estate(api, stage)
    (way,) = found.ways
    assert way.refusals == ["ResolvedRefs: BackendNotFound: wbe not found"]
    assert "listens for *.example" in detached(found, way)
    assert [(each.entity.kind, fault(found, each)) for each in found.backends] == [
        ("Ingress", "no such port"),
        ("HTTPRoute", "no such service"),
        ("HTTPRoute", "no such port"),
    ]


async def test_kinds_that_no_extension_brought_are_no_hole(stage, api):
    await stage.deploy("web", "web:1")
    answer = await KubernetesSource(api).ask(InventoryQuestion(namespace=stage.namespace))
    assert not isinstance(answer, Gap)
    assert not [each for each in answer.unseen if "httproutes" in each or "applications" in each]
