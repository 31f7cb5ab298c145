"""Jobs that end, budgets that hold, pods that outrank others: what real controllers say, read and concluded from.

The texts that detectors look for are those of this API server's version, and not ours.
"""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from agent.model.entity import ServiceRef
from agent.model.inventory import Estate
from agent.model.question import Inventory, InventoryQuestion
from agent.reasoning.detectors import findings
from agent.reasoning.detectors.disruptions import REFUSED, TWO_BUDGETS
from integrations.kubernetes.api import Api, connect
from integrations.kubernetes.source import KubernetesSource
from tests.cluster.api import pod_template, until
from tests.cluster.stage import ClusterStage
from tests.reasoning.estates import concluded, seen

pytestmark = pytest.mark.tier2


@pytest.fixture
async def api(control_plane) -> AsyncIterator[Api]:
    connected = await connect(str(control_plane.kubeconfig))
    yield connected
    await connected.close()


@pytest.fixture
def stage(control_plane):
    made = ClusterStage(control_plane.api, f"bounds-{uuid.uuid4().hex[:8]}")
    yield made
    control_plane.api.delete(f"/api/v1/namespaces/{made.namespace}")


@pytest.fixture
def rank(stage):
    """A priority class above all others' for the time of a test."""
    name = f"above-{uuid.uuid4().hex[:8]}"
    classes = "/apis/scheduling.k8s.io/v1/priorityclasses"
    stage.api.create(classes, {"metadata": {"name": name}, "value": 1000})
    yield name
    stage.api.delete(f"{classes}/{name}")


async def read(api: Api, stage: ClusterStage) -> Estate:
    answer = await KubernetesSource(api).ask(InventoryQuestion(namespace=stage.namespace))
    assert isinstance(answer, Inventory), answer
    assert not [each for each in answer.unseen if "budget" in each or "priority" in each]
    return answer.estate


def leading(estate: Estate) -> tuple[str, str]:
    cause, name, _ = concluded(seen(estate, edges=(), about=ServiceRef(namespace=estate.namespace, name="*")))[0]
    return cause, name


def root(stage: ClusterStage, group: str) -> str:
    return f"/{'apis' if '/' in group else 'api'}/{group}/namespaces/{stage.namespace}"


def job(stage: ClusterStage, name: str, **spec) -> None:
    template = pod_template(name, "move:1", {}, {}, {})
    template["spec"] |= {"restartPolicy": "Never", "nodeSelector": {"nobody": "has-this"}}  # it stays as we say it is
    body = {"metadata": {"name": name}, "spec": {"template": template, **spec}}
    stage.api.create(f"{root(stage, 'batch/v1')}/jobs", body)


def ends(stage: ClusterStage, name: str, code: int) -> None:
    """The Job's pod ends with an exit code, as a kubelet would report it."""
    (pod,) = until(lambda: stage.api.pods(stage.namespace, f"batch.kubernetes.io/job-name={name}"), f"a pod of {name}")
    ended = {
        "terminated": {"exitCode": code, "reason": "Error", "finishedAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    }
    status = {"name": "app", "image": "move:1", "imageID": "", "ready": False, "restartCount": 0, "state": ended}
    path = f"{root(stage, 'v1')}/pods/{pod['metadata']['name']}/status"
    stage.api.patch(path, {"status": {"phase": "Failed", "containerStatuses": [status]}})


def failed(stage: ClusterStage, name: str) -> None:
    def over() -> bool:
        found = stage.api.get(f"{root(stage, 'batch/v1')}/jobs/{name}").get("status", {}).get("conditions", [])
        return any(each["type"] == "Failed" and each["status"] == "True" for each in found)

    until(over, f"the end of Job {name}")


async def test_a_job_that_failed_as_often_as_it_may(stage, api):
    job(stage, "move", backoffLimit=0)
    ends(stage, "move", 1)
    failed(stage, "move")
    found = await read(api, stage)
    (declared,) = found.workloads
    assert (declared.attempts.failed, declared.attempts.backoff_limit, declared.attempts.active) == (1, 0, 0)
    assert declared.attempts.started_at <= declared.attempts.ended_at
    assert leading(found) == ("job-gave-up", "move")


async def test_a_job_that_ran_out_of_time(stage, api):
    job(stage, "move", activeDeadlineSeconds=1)
    failed(stage, "move")
    assert leading(await read(api, stage)) == ("job-out-of-time", "move")


async def test_a_job_that_its_failure_policy_ended(stage, api):
    codes = {"containerName": "app", "operator": "In", "values": [42]}
    job(stage, "move", podFailurePolicy={"rules": [{"action": "FailJob", "onExitCodes": codes}]})
    ends(stage, "move", 42)
    failed(stage, "move")
    assert leading(await read(api, stage)) == ("job-stopped-by-policy", "move")


async def test_a_cron_job_that_is_suspended(stage, api):
    template = pod_template("tidy", "tidy:1", {}, {}, {})
    template["spec"]["restartPolicy"] = "Never"
    spec = {
        "schedule": "30 2 * * 1-5",
        "timeZone": "Europe/Berlin",
        "suspend": True,
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 90,
        "jobTemplate": {"spec": {"template": template}},
    }
    stage.api.create(f"{root(stage, 'batch/v1')}/cronjobs", {"metadata": {"name": "tidy"}, "spec": spec})
    (declared,) = (await read(api, stage)).workloads
    schedule = declared.schedule
    assert (schedule.cron, schedule.zone, schedule.concurrency) == ("30 2 * * 1-5", "Europe/Berlin", "Forbid")
    assert (schedule.deadline_seconds, schedule.last_at, schedule.active) == (90, None, [])
    assert declared.suspended


def budget(stage: ClusterStage, name: str, app: str, **spec) -> None:
    body = {"metadata": {"name": name}, "spec": {"selector": {"matchLabels": {"app": app}}, **spec}}
    path = f"{root(stage, 'policy/v1')}/poddisruptionbudgets"
    stage.api.create(path, body)
    until(lambda: stage.api.get(f"{path}/{name}").get("status", {}).get("conditions"), f"the count of budget {name}")


def cordon(stage: ClusterStage, node: str, closed: bool) -> None:
    stage.api.patch(f"/api/v1/nodes/{node}", {"spec": {"unschedulable": closed}})


def refusal(stage: ClusterStage, pod: str) -> str:
    """What the eviction API says to a drain."""
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": stage.namespace}}
    with pytest.raises(httpx.HTTPStatusError) as refused:
        stage.api.create(f"{root(stage, 'v1')}/pods/{pod}/eviction", body)
    return str(refused.value)


async def test_a_budget_that_holds_a_drain(stage, api):
    await stage.deploy("web", "web:1", replicas=2)
    budget(stage, "all-of-web", "web", minAvailable="100%")
    budget(stage, "lost", "wep", maxUnavailable=1)
    pod = stage.api.pods(stage.namespace, "app=web")[0]
    node = pod["spec"]["nodeName"]
    assert REFUSED.search(refusal(stage, pod["metadata"]["name"]))
    cordon(stage, node, closed=True)
    try:
        found = await read(api, stage)
    finally:
        cordon(stage, node, closed=False)
    by_name = {each.entity.name: each for each in found.budgets}
    held, lost = by_name["all-of-web"], by_name["lost"]
    assert (held.minimum, held.healthy, held.desired, held.expected, held.allowed) == ("100%", 2, 2, 2, 0)
    assert held.conditions["DisruptionAllowed"].startswith("False: InsufficientPods")
    assert (lost.maximum, lost.selector, lost.expected) == ("1", {"app": "wep"}, 0)
    said = [finding for finding in findings(seen(found)) if finding.cause == "budget-never-allows"]
    assert [finding.entity.name for finding in said] == ["web"]
    assert leading(found) == ("budget-never-allows", "web")


async def test_two_budgets_over_one_pod(stage, api):
    await stage.deploy("web", "web:1", replicas=2)
    budget(stage, "one", "web", minAvailable=1)
    budget(stage, "two", "web", maxUnavailable=1)
    assert TWO_BUDGETS.search(refusal(stage, stage.api.pods(stage.namespace, "app=web")[0]["metadata"]["name"]))


def hungry(stage: ClusterStage, name: str, node: str, priority: str = "") -> None:
    """A Deployment whose pod takes most of one node."""
    template = pod_template(name, f"{name}:1", {}, {}, {"resources": {"requests": {"cpu": "40"}}})
    template["spec"]["nodeSelector"]["kubernetes.io/hostname"] = node
    if priority:
        template["spec"]["priorityClassName"] = priority
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": name}}, "template": template}
    stage.api.create(f"{root(stage, 'apps/v1')}/deployments", {"metadata": {"name": name}, "spec": spec})


async def test_a_pod_that_had_to_go_for_one_of_higher_priority(stage, api, rank):
    node = stage.api.get("/api/v1/nodes?labelSelector=type%3Dkwok")["items"][0]["metadata"]["name"]
    hungry(stage, "low", node)
    await stage.settled("low")
    hungry(stage, "high", node, rank)
    await stage.settled("high")

    def displaced() -> bool:
        events = stage.api.get(f"{root(stage, 'v1')}/events")["items"]
        waits = [
            e for e in events if e["reason"] == "FailedScheduling" and e["involvedObject"]["name"].startswith("low-")
        ]
        return any(e["reason"] == "Preempted" for e in events) and bool(waits)

    until(displaced, "a preemption, and a pod that waits after it")
    found = await read(api, stage)
    taken = next(each for each in found.machines if each.name == node)
    assert taken.requested_by_rank[1000]["cpu"] == 40.0
    assert {each.template.priority for each in found.pods} == {0, 1000}
    assert leading(found) == ("outranked", "low")


async def test_a_priority_class_that_does_not_exist(stage, api):
    node = stage.api.get("/api/v1/nodes?labelSelector=type%3Dkwok")["items"][0]["metadata"]["name"]
    hungry(stage, "web", node, "nobody-made-this")

    def refused() -> bool:
        events = stage.api.get(f"{root(stage, 'v1')}/events")["items"]
        return any("PriorityClass" in each["message"] for each in events)

    until(refused, "a refusal")
    found = await read(api, stage)
    assert "system-node-critical" in found.priority_classes
    assert leading(found) == ("priority-class-missing", "web")
