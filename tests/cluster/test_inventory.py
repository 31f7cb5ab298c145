"""The inventory on a real API server: every kind it lists, the rights it has, the requests it makes."""

import pytest

from agent.model.inventory import Estate
from agent.model.question import Inventory, InventoryQuestion
from integrations.kubernetes.api import Api
from integrations.kubernetes.source import KubernetesSource
from tests.cluster.api import pod_template, until
from tests.cluster.stage import ClusterStage

pytestmark = pytest.mark.tier2
SECRET = "hunter2-planted"


async def estate(api: Api, stage: ClusterStage) -> Estate:
    answer = await KubernetesSource(api).ask(InventoryQuestion(namespace=stage.namespace))
    assert isinstance(answer, Inventory), answer
    return answer.estate


def make(stage: ClusterStage, group: str, resource: str, name: str, **body) -> None:
    root = f"/apis/{group}" if "/" in group else f"/api/{group}"
    stage.api.create(f"{root}/namespaces/{stage.namespace}/{resource}", {"metadata": {"name": name}, **body})


def job_template(image: str) -> dict:
    template = pod_template("tidy", image, {}, {}, {})
    return {**template, "spec": {**template["spec"], "restartPolicy": "Never"}}


async def test_every_kind_is_read_from_a_real_server(stage, api):
    make(
        stage,
        "batch/v1",
        "cronjobs",
        "nightly",
        spec={"schedule": "0 3 * * *", "suspend": True, "jobTemplate": {"spec": {"template": job_template("tidy:1")}}},
    )
    make(stage, "batch/v1", "jobs", "once", spec={"template": job_template("tidy:2")})
    make(
        stage,
        "v1",
        "persistentvolumeclaims",
        "data",
        spec={
            "storageClassName": "fast",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    )
    make(stage, "v1", "resourcequotas", "cap", spec={"hard": {"requests.storage": "5Gi", "pods": "20"}})
    make(stage, "v1", "limitranges", "room", spec={"limits": [{"type": "Container", "max": {"memory": "1Gi"}}]})
    make(stage, "v1", "serviceaccounts", "runner")
    make(stage, "v1", "secrets", "db", stringData={"password": SECRET})
    make(stage, "v1", "configmaps", "settings", data={"mode": SECRET})
    make(
        stage, "networking.k8s.io/v1", "networkpolicies", "closed", spec={"podSelector": {}, "policyTypes": ["Ingress"]}
    )
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    make(
        stage,
        "networking.k8s.io/v1",
        "ingresses",
        "front",
        spec={
            "rules": [
                {"host": "shop.example", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
            ]
        },
    )
    scaled = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    make(
        stage,
        "autoscaling/v2",
        "horizontalpodautoscalers",
        "grow",
        spec={"scaleTargetRef": scaled, "minReplicas": 2, "maxReplicas": 4},
    )
    until(
        lambda: stage.api.get(f"/api/v1/namespaces/{stage.namespace}/resourcequotas/cap").get("status", {}).get("hard"),
        "quota",
    )
    found = await estate(api, stage)
    workloads = {(each.entity.kind, each.entity.name): each for each in found.workloads}
    assert workloads["CronJob", "nightly"].suspended
    assert workloads["Job", "once"].template.containers[0].image == "tidy:2"
    (claim,) = found.claims
    assert (claim.phase, claim.storage_class, claim.requested) == ("Pending", "fast", 2**30)
    (quota,) = found.quotas
    assert (quota.hard["pods"], quota.hard["requests.storage"]) == (20.0, 5 * 2**30)
    assert found.limits == [
        "room: Container max memory 1Gi",
        "room: Container default limit memory 1Gi",
        "room: Container default request memory 1Gi",
    ]
    assert {"default", "runner"} <= set(found.service_accounts)
    holders = {(each.entity.kind, each.entity.name): each.keys for each in found.holders}
    assert holders["Secret", "db"] == ["password"]
    assert holders["ConfigMap", "settings"] == ["mode"]
    assert [(each.entity.name, each.ingress, each.egress) for each in found.network_rules] == [("closed", True, False)]
    assert [(each.host, each.service, each.port) for each in found.backends] == [("shop.example", "web", "80")]
    assert [(each.target.name, each.minimum, each.maximum) for each in found.autoscalers] == [("web", 2, 4)]
    assert SECRET not in found.model_dump_json()


async def test_a_pod_that_fits_nowhere_makes_the_nodes_requests_known(stage, api):
    await stage.deploy("web", "web:1", replicas=2)
    assert all(each.requested == {} for each in (await estate(api, stage)).machines)
    huge = {"resources": {"requests": {"cpu": "1000", "memory": "1Gi"}}}
    stage.api.deploy(stage.namespace, "huge", "huge:1", **huge)

    def refused() -> bool:
        pods = stage.api.pods(stage.namespace, "app=huge")
        return any(
            each["reason"] == "Unschedulable"
            for pod in pods
            for each in pod["status"].get("conditions", [])
            if "reason" in each
        )

    until(refused, "a pod without a node")
    found = await estate(api, stage)
    waiting = next(each for each in found.pods if each.owner == "huge")
    assert waiting.template.containers[0].requests == {"cpu": 1000.0, "memory": 2.0**30}
    assert waiting.pod.conditions["PodScheduled"].startswith("False: Unschedulable")
    assert sum(each.requested["pods"] for each in found.machines) >= 2
    assert all(each.allocatable["cpu"] == 64.0 for each in found.machines if each.labels.get("type") == "kwok")
    assert any(each.reason == "FailedScheduling" and each.entity.name == waiting.pod.name for each in found.events)


async def test_a_service_whose_selector_matches_nothing_has_no_address(stage, api):
    await stage.deploy("web", "web:1")
    stage.api.service(stage.namespace, "lost", {"app": "nobody"})
    until(
        lambda: stage.api.get(f"/apis/discovery.k8s.io/v1/namespaces/{stage.namespace}/endpointslices")["items"][1:],
        "EndpointSlices",
    )
    routes = {each.entity.name: each for each in (await estate(api, stage)).routes}
    assert routes["lost"].ready == routes["lost"].not_ready == []
    assert routes["lost"].selector == {"app": "nobody"}
