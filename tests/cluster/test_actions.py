"""Every action on one object, against a real API server: it is previewed, done once, recognised, and taken back."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from agent.errors import Refused
from agent.model.action import (
    Cordon,
    DeletePod,
    Observation,
    Pause,
    Preview,
    RaiseQuota,
    RerunJob,
    Resume,
    SetBounds,
    Uncordon,
)
from agent.model.entity import Entity
from agent.model.question import Gap, GapReason
from integrations.kubernetes.actuator import KubernetesActuator
from integrations.kubernetes.api import connect
from tests.cluster.control_plane import Cluster

pytestmark = pytest.mark.tier2

POD = {"containers": [{"name": "app", "image": "shop/app:1"}]}


@pytest.fixture
async def here(control_plane: Cluster) -> AsyncIterator[SimpleNamespace]:
    """A namespace, the plain client, and our actuator."""
    client, api = control_plane.api, await connect(str(control_plane.kubeconfig))
    namespace = client.namespace(f"actions-{uuid.uuid4().hex[:8]}")
    here = SimpleNamespace(
        client=client, api=api, namespace=namespace, actuator=KubernetesActuator(api), run=uuid.uuid4().hex[:8]
    )
    yield here
    await api.close()
    client.delete(f"/api/v1/namespaces/{namespace}")
    if client.find(f"/api/v1/nodes/n-{here.run}"):
        client.delete(f"/api/v1/nodes/n-{here.run}")


def at(here, kind: str, name: str) -> Entity:
    return Entity(kind=kind, namespace=here.namespace, name=name)


def a_deployment(here) -> str:
    here.client.deploy(here.namespace, "web", "shop/web:1", 2)
    here.client.rolled_out(here.namespace, "web")
    return f"/apis/apps/v1/namespaces/{here.namespace}/deployments/web"


def an_autoscaler(here) -> str:
    path = f"/apis/autoscaling/v2/namespaces/{here.namespace}/horizontalpodautoscalers"
    body = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {
            "minReplicas": 2,
            "maxReplicas": 4,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        },
    }
    here.client.create(path, body)
    return f"{path}/web"


def a_quota(here) -> str:
    path = f"/api/v1/namespaces/{here.namespace}/resourcequotas"
    body = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "all"}, "spec": {"hard": {"pods": "10"}}}
    here.client.create(path, body)
    return f"{path}/all"


def a_node(here) -> str:
    here.client.create("/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"n-{here.run}"}})
    return f"/api/v1/nodes/n-{here.run}"


EDITS = {
    "pause": (a_deployment, lambda here: Pause(target=at(here, "Deployment", "web")), ("spec", "paused"), True),
    "bounds": (
        an_autoscaler,
        lambda here: SetBounds(target=at(here, "HorizontalPodAutoscaler", "web"), minimum=3, maximum=8),
        ("spec", "maxReplicas"),
        8,
    ),
    "quota": (
        a_quota,
        lambda here: RaiseQuota(target=at(here, "ResourceQuota", "all"), resource="pods", hard="15"),
        ("spec", "hard", "pods"),
        "15",
    ),
    "cordon": (
        a_node,
        lambda here: Cordon(target=Entity(kind="Node", name=f"n-{here.run}")),
        ("spec", "unschedulable"),
        True,
    ),
}


@pytest.mark.parametrize("name", EDITS)
async def test_an_edit_is_previewed_done_once_recognised_and_taken_back(here, name):
    make, action_of, field, wanted = EDITS[name]
    path, action = make(here), action_of(here)
    original = part(here.client.get(path), field)

    preview = await here.actuator.preview(action)
    assert isinstance(preview, Preview), preview
    assert part(here.client.get(path), field) == original, "a preview changes nothing"
    assert preview.diff
    assert (await here.actuator.observe(action, preview.before, "k-1")).observation is Observation.NOT_DONE

    first = await here.actuator.apply(action, preview.before, "k-1")
    written = here.client.get(path)
    assert part(written, field) == wanted
    assert first.spec_hash == preview.after_spec_hash
    await here.actuator.apply(action, preview.before, "k-1")
    assert managed(here.client.get(path)) == managed(written), "the same key writes nothing again"
    assert (await here.actuator.observe(action, preview.before, "k-1")).observation is Observation.DONE

    back = await here.actuator.preview(preview.undo)
    assert isinstance(back, Preview), back
    await here.actuator.apply(preview.undo, back.before, "k-2")
    assert part(here.client.get(path), field) in (original, None if original is None else original)

    again = await here.actuator.preview(preview.undo)
    assert isinstance(again, Gap)
    assert again.reason is GapReason.EMPTY, "there is nothing left to take back"


@pytest.mark.parametrize("name", EDITS)
async def test_an_object_somebody_else_changed_is_left_alone(here, name):
    make, action_of, _, _ = EDITS[name]
    path, action = make(here), action_of(here)
    preview = await here.actuator.preview(action)
    other = {
        "pause": {"spec": {"minReadySeconds": 1}},
        "bounds": {"spec": {"maxReplicas": 5}},
        "quota": {"spec": {"hard": {"pods": "12"}}},
        "cordon": {"spec": {"podCIDR": "10.99.0.0/24"}},
    }[name]
    here.client.patch(path, other)
    with pytest.raises(Refused, match="no longer what was approved"):
        await here.actuator.apply(action, preview.before, "k-1")
    assert (await here.actuator.observe(action, preview.before, "k-1")).observation is Observation.CANNOT_TELL


async def test_an_object_somebody_wrote_to_after_our_crash_is_not_taken_for_what_we_made_of_it(here):
    path = a_deployment(here)
    action = Pause(target=at(here, "Deployment", "web"))
    preview = await here.actuator.preview(action)
    await here.actuator.apply(action, preview.before, "k-1")
    await asyncio.sleep(1.1)  # who wrote when is kept to the second
    here.client.patch(path, {"spec": {"minReadySeconds": 7}})
    seen = await here.actuator.observe(action, preview.before, "k-1")
    assert seen.observation is Observation.CANNOT_TELL
    assert "wrote to it later" in seen.detail


async def test_a_paused_deployment_goes_on_and_an_uncordoned_node_takes_pods(here):
    path = a_deployment(here)
    here.client.patch(path, {"spec": {"paused": True}})
    resume = Resume(target=at(here, "Deployment", "web"))
    preview = await here.actuator.preview(resume)
    await here.actuator.apply(resume, preview.before, "k-1")
    assert "paused" not in here.client.get(path)["spec"]
    assert preview.undo == Pause(target=resume.target)
    node = a_node(here)
    here.client.patch(node, {"spec": {"unschedulable": True}})
    uncordon = Uncordon(target=Entity(kind="Node", name=f"n-{here.run}"))
    preview = await here.actuator.preview(uncordon)
    await here.actuator.apply(uncordon, preview.before, "k-2")
    assert "unschedulable" not in here.client.get(node)["spec"]


async def test_a_pod_is_deleted_once_and_its_successor_of_the_same_name_is_not(here):
    a_deployment(here)
    victim = here.client.pods(here.namespace)[0]
    uid, name = victim["metadata"]["uid"], victim["metadata"]["name"]
    action = DeletePod(target=at(here, "Pod", name), uid=uid)
    preview = await here.actuator.preview(action)
    assert isinstance(preview, Preview), preview
    still = here.client.get(f"/api/v1/namespaces/{here.namespace}/pods/{name}")
    assert (still["metadata"]["uid"], still["metadata"].get("deletionTimestamp")) == (uid, None), (
        "a preview deletes nothing"
    )
    await here.actuator.apply(action, preview.before, "k-1")
    assert (await here.actuator.observe(action, preview.before, "k-1")).observation is Observation.DONE
    other = action.evolve(uid="another")
    assert isinstance(await here.actuator.preview(other), Gap)
    with pytest.raises(Refused):
        await here.actuator.apply(other, preview.before.evolve(uid="another"), "k-2")


async def test_a_pod_nobody_would_replace_is_not_deleted(here):
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "lonely"}, "spec": POD}
    made = here.client.create(f"/api/v1/namespaces/{here.namespace}/pods", body)
    gap = await here.actuator.preview(DeletePod(target=at(here, "Pod", "lonely"), uid=made["metadata"]["uid"]))
    assert isinstance(gap, Gap)
    assert "no controller" in gap.detail


async def test_a_failed_job_runs_once_more_and_only_once(here):
    jobs = f"/apis/batch/v1/namespaces/{here.namespace}/jobs"
    spec = {"backoffLimit": 0, "suspend": True, "template": {"spec": {**POD, "restartPolicy": "Never"}}}
    body = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate"}, "spec": spec}
    here.client.create(jobs, body)
    action = RerunJob(target=at(here, "Job", "migrate"))
    assert "has not failed" in (await here.actuator.preview(action)).detail
    failed(here, f"{jobs}/migrate")
    preview = await here.actuator.preview(action)
    assert isinstance(preview, Preview), preview
    for _ in range(2):
        await here.actuator.apply(action, preview.before, "k-1")
    names = [job["metadata"]["name"] for job in here.client.get(jobs)["items"]]
    assert len(names) == 2, names
    assert (await here.actuator.observe(action, preview.before, "k-1")).observation is Observation.DONE
    assert (await here.actuator.observe(action, preview.before, "k-2")).observation is Observation.NOT_DONE


def failed(here, path: str) -> None:
    """As the Job controller writes it when a Job's only pod has failed."""
    here.client.patch(
        f"{path}/status",
        {
            "status": {
                "startTime": "2026-01-01T00:00:00Z",
                "conditions": [
                    {"type": "FailureTarget", "status": "True", "reason": "BackoffLimitExceeded"},
                    {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"},
                ],
            }
        },
    )


def part(found: dict, field: tuple[str, ...]) -> object:
    for key in field:
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return found or None


def managed(found: dict) -> str:
    ours = [each["time"] for each in found["metadata"].get("managedFields", []) if each["manager"] == "steadyhand"]
    return str((ours, found["metadata"].get("annotations")))
