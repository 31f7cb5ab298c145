"""Actions through Argo Rollouts, Argo CD and Flux: their kinds are stand-ins here, what is written to them is not."""

import uuid
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace

import pytest

from agent.errors import Refused
from agent.model.action import Observation, Preview, Rollback
from agent.model.delivery_action import (
    AbortRollout,
    PromoteRollout,
    ResumeSync,
    RetryRollout,
    RollbackApplication,
    SuspendSync,
)
from agent.model.entity import Entity
from agent.model.question import Gap
from integrations.kubernetes.actuator import KubernetesActuator
from integrations.kubernetes.api import connect
from tests.cluster.control_plane import Cluster
from tests.cluster.extensions import extensions

pytestmark = pytest.mark.tier2

ARGO = "/apis/argoproj.io/v1alpha1/namespaces"
POD = {"containers": [{"name": "app", "image": "shop/web:2"}]}


@pytest.fixture(scope="module")
def kinds(control_plane: Cluster) -> Iterator[Cluster]:
    with extensions(control_plane.api):
        yield control_plane


@pytest.fixture
async def here(kinds: Cluster) -> AsyncIterator[SimpleNamespace]:
    client, api = kinds.api, await connect(str(kinds.kubeconfig))
    namespace = client.namespace(f"delivery-{uuid.uuid4().hex[:8]}")
    yield SimpleNamespace(client=client, namespace=namespace, actuator=KubernetesActuator(api))
    await api.close()
    client.delete(f"/api/v1/namespaces/{namespace}")


def at(here, kind: str, name: str = "web") -> Entity:
    return Entity(kind=kind, namespace=here.namespace, name=name)


def a_rollout(here, **status) -> str:
    path = f"{ARGO}/{here.namespace}/rollouts"
    labels = {"app": "web"}
    spec = {
        "replicas": 3,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": POD},
    }
    named = {"name": "web", "annotations": {"rollout.argoproj.io/revision": "2"}}
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": named, "spec": spec}
    made = here.client.create(path, body)
    said = {"currentPodHash": "new", "stableRS": "old", "updatedReplicas": 1, **status}
    here.client.put(f"{path}/web/status", {**made, "status": said})
    return f"{path}/web"


async def done(here, action, key="k-1"):
    """Previewed, done, done again under the same key, recognised; what the preview said is returned."""
    preview = await here.actuator.preview(action)
    assert isinstance(preview, Preview), preview
    assert (await here.actuator.observe(action, preview.before, key)).observation is Observation.NOT_DONE
    for _ in range(2):
        await here.actuator.apply(action, preview.before, key)
    assert (await here.actuator.observe(action, preview.before, key)).observation is Observation.DONE
    return preview


async def test_a_rollout_under_way_is_aborted_and_can_be_retried(here):
    path = a_rollout(here)
    before = here.client.get(path)
    preview = await here.actuator.preview(AbortRollout(target=at(here, "Rollout")))
    assert here.client.get(path)["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    assert preview.pods == 1
    preview = await done(here, AbortRollout(target=at(here, "Rollout")))
    assert here.client.get(path)["status"]["abort"] is True
    assert here.client.get(path)["spec"] == before["spec"]
    assert preview.undo == RetryRollout(target=at(here, "Rollout"))
    await done(here, preview.undo, "k-2")
    assert here.client.get(path)["status"]["abort"] is False


async def test_a_rollout_that_is_through_has_nothing_to_abort(here):
    a_rollout(here, stableRS="new")
    gap = await here.actuator.preview(AbortRollout(target=at(here, "Rollout")))
    assert isinstance(gap, Gap)
    assert "no rollout" in gap.detail


async def test_a_rollout_somebody_else_took_further_is_not_aborted(here):
    path = a_rollout(here)
    action = AbortRollout(target=at(here, "Rollout"))
    preview = await here.actuator.preview(action)
    found = here.client.get(path)
    here.client.put(f"{path}/status", {**found, "status": {**found["status"], "currentPodHash": "newer"}})
    with pytest.raises(Refused, match="no longer what was approved"):
        await here.actuator.apply(action, preview.before, "k-1")
    assert "abort" not in here.client.get(path)["status"]


async def test_a_rollout_that_waits_is_promoted(here):
    path = a_rollout(here, pauseConditions=[{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}])
    await done(here, PromoteRollout(target=at(here, "Rollout")))
    assert "pauseConditions" not in here.client.get(path)["status"]


async def test_a_rollout_goes_back_to_the_replica_set_of_a_revision(here):
    path = a_rollout(here)
    owner = here.client.get(path)["metadata"]
    for number, image, digest in ((1, "shop/web:1", "old"), (2, "shop/web:2", "new")):
        labels = {"app": "web", "rollouts-pod-template-hash": digest}
        here.client.create(
            f"/apis/apps/v1/namespaces/{here.namespace}/replicasets",
            {
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "metadata": {
                    "name": f"web-{digest}",
                    "labels": labels,
                    "annotations": {"rollout.argoproj.io/revision": str(number)},
                    "ownerReferences": [
                        {
                            "apiVersion": "argoproj.io/v1alpha1",
                            "kind": "Rollout",
                            "name": "web",
                            "uid": owner["uid"],
                            "controller": True,
                        }
                    ],
                },
                "spec": {
                    "replicas": 0,
                    "selector": {"matchLabels": labels},
                    "template": {
                        "metadata": {"labels": labels},
                        "spec": {"containers": [{"name": "app", "image": image}]},
                    },
                },
            },
        )
    action = Rollback(target=at(here, "Rollout"), to_revision=1, template_hash="old")
    preview = await done(here, action)
    written = here.client.get(path)["spec"]["template"]
    assert written["spec"]["containers"][0]["image"] == "shop/web:1"
    assert written["metadata"]["labels"] == {"app": "web"}
    assert preview.undo == Rollback(target=action.target, to_revision=2, template_hash="new")


HISTORY = [
    {"id": 0, "revision": "a" * 40, "source": {"repoURL": "https://git.example/shop", "path": "web"}},
    {"id": 1, "revision": "b" * 40, "source": {"repoURL": "https://git.example/shop", "path": "web"}},
]


def an_application(here, **policy) -> str:
    path = f"{ARGO}/{here.namespace}/applications"
    spec = {"project": "default", "source": HISTORY[0]["source"], **({"syncPolicy": policy} if policy else {})}
    resources = [{"kind": "Deployment", "name": "web"}, {"kind": "Service", "name": "web"}]
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "web"},
        "spec": spec,
        "status": {"history": HISTORY, "resources": resources},
    }
    here.client.create(path, body)
    return f"{path}/web"


async def test_argo_cd_is_asked_to_go_back_to_its_own_history(here):
    path = an_application(here)
    action = RollbackApplication(target=at(here, "Application"), history=0, revision="a" * 40)
    preview = await done(here, action)
    operation = here.client.get(path)["operation"]
    assert operation["sync"]["revision"] == "a" * 40
    assert operation["initiatedBy"] == {"username": "steadyhand"}
    assert preview.undo == action.evolve(history=1, revision="b" * 40)
    assert preview.pods == 1


@pytest.mark.parametrize(
    ("policy", "said"),
    [({"automated": {}}, "syncs by itself"), ({"automated": {"selfHeal": True}}, "syncs and heals by itself")],
)
async def test_an_application_that_syncs_by_itself_is_left_alone(here, policy, said):
    path = an_application(here, **policy)
    action = RollbackApplication(target=at(here, "Application"), history=0, revision="a" * 40)
    gap = await here.actuator.preview(action)
    assert isinstance(gap, Gap)
    assert said in gap.detail
    assert "operation" not in here.client.get(path)


async def test_a_history_entry_of_another_revision_is_not_taken(here):
    an_application(here)
    gap = await here.actuator.preview(RollbackApplication(target=at(here, "Application"), history=0, revision="c" * 40))
    assert "has no history 0" in gap.detail


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Kustomization", "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{}/kustomizations"),
        ("HelmRelease", "/apis/helm.toolkit.fluxcd.io/v2/namespaces/{}/helmreleases"),
    ],
)
async def test_flux_is_suspended_and_resumed(here, kind, path):
    place = path.format(here.namespace)
    version = place.split("/apis/")[1].split("/namespaces")[0]
    here.client.create(place, {"apiVersion": version, "kind": kind, "metadata": {"name": "web"}, "spec": {"path": "x"}})
    preview = await done(here, SuspendSync(target=at(here, kind)))
    assert here.client.get(f"{place}/web")["spec"] == {"path": "x", "suspend": True}
    assert preview.undo == ResumeSync(target=at(here, kind))
    await done(here, preview.undo, "k-2")
    assert here.client.get(f"{place}/web")["spec"] == {"path": "x"}
