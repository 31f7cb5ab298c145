"""Every playbook that comes with us, for real: the cluster as it stands gives the action, which is done once and taken back.

It is done by an account that has the rights of the chart's Roles and no other; without any one of them it cannot even
be previewed.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest

from agent.errors import Refused
from agent.history import Contents, ContentSource
from agent.model.action import Action, Observation, Pause, Restart, Scale
from agent.model.change import ChangeKind
from agent.model.content import HistoryLimits, Version
from agent.model.delivery_action import SuspendSync
from agent.model.entity import Entity
from agent.model.hypothesis import Condition, Hypothesis
from agent.model.question import Gap, GapReason
from agent.playbooks import default_folder, load_playbooks
from agent.policy.choose import choose
from agent.policy.situation import Situation
from agent.reasoning.causes import catalogue
from agent.steps.place import brought
from agent.steps.weighing import way_back
from integrations.kubernetes.actuator import KubernetesActuator
from integrations.kubernetes.api import connect
from integrations.kubernetes.configuring import KubernetesContents
from integrations.kubernetes.source import KubernetesSource
from tests.cluster.api import pod_template
from tests.cluster.control_plane import Cluster, ControlPlane
from tests.cluster.extensions import extensions
from tests.cluster.hands import Hands, hands, wanted
from tests.cluster.stage import ClusterStage
from tests.cluster.test_actions import failed
from tests.contracts.cluster_bench import Bench
from tests.fakes import memory_store

pytestmark = pytest.mark.tier2

SHIPPED = {each.name: each for each in load_playbooks(default_folder(), {cause.name for cause in catalogue()})}
Place = tuple[Situation, Entity]


@dataclass(frozen=True)
class Recorded(Bench):
    """The same with a record of what ConfigMaps held, and (on a control plane of our own) with an account that acts."""

    contents: Contents
    configs: ContentSource
    hands: Hands | None

    async def record(self, name: str) -> list[Version]:
        """What a round of the recorder does; the versions of one ConfigMap."""
        found = await self.configs.contents(self.stage.namespace, HistoryLimits(), await self.stage.now())
        for content in found:
            await self.contents.keep(content)
        return await self.contents.versions(Entity(kind="ConfigMap", namespace=self.stage.namespace, name=name))


@pytest.fixture(scope="module")
def everything(control_plane: Cluster):
    with extensions(control_plane.api):
        yield control_plane


@pytest.fixture
async def bench(everything: Cluster) -> AsyncIterator[Bench]:
    stage = ClusterStage(everything.api, f"playbook-{uuid.uuid4().hex[:8]}")
    acting = hands(everything, stage.namespace) if isinstance(everything, ControlPlane) else None
    api = await connect(str(everything.kubeconfig))
    theirs = await connect(acting.kubeconfig if acting else str(everything.kubeconfig))
    contents = memory_store().contents
    actuator = KubernetesActuator(theirs, contents=contents)
    yield Recorded(KubernetesSource(api), actuator, stage, contents, KubernetesContents(api), acting)
    await theirs.close()
    await api.close()
    if acting:
        acting.gone()
    everything.api.delete(f"/api/v1/namespaces/{stage.namespace}")


async def looked_at(bench: Bench, name: str = "web", **more) -> Place:
    """As agent.steps.place sees it: the workload, its revisions, what brought the newest, and the namespace."""
    workload = await bench.workload(name)
    changes = await bench.changes(name)
    known = Situation(
        workload=workload,
        brought=brought(changes, workload.entity),
        revisions=await bench.revisions(name) if workload.entity.kind == "Deployment" else [],
        estate=await bench.estate(),
    )
    return known.evolve(**more), Entity(kind="Service", namespace=bench.stage.namespace, name=name)


async def released(bench: Bench) -> Place:
    await bench.three_releases("web")
    place, entity = await looked_at(bench)
    return place.evolve(change=place.brought, brought=None), entity


async def broken(bench: Bench) -> Place:
    await bench.three_releases("web")
    return await looked_at(bench)


async def running(bench: Bench) -> Place:
    await bench.stage.deploy("web", "shop/web:1", replicas=2)
    return await looked_at(bench)


async def under_way(bench: Bench) -> Place:
    """Half way: a revision whose pods never get ready stands beside the old one."""
    await bench.stage.deploy("web", "shop/web:1", replicas=4)
    path = f"/apis/apps/v1/namespaces/{bench.stage.namespace}/deployments/web"
    operations = [{"op": "replace", "path": "/spec/template/spec/nodeSelector", "value": {"type": "nowhere"}}]
    bench.stage.api.patch(path, operations, kind="json")
    for _ in range(100):
        workload = await bench.workload("web")
        if 0 < workload.updated < workload.replicas:
            break
        await asyncio.sleep(0.1)
    return await looked_at(bench)


async def paused(bench: Bench) -> Place:
    await running(bench)
    path = f"/apis/apps/v1/namespaces/{bench.stage.namespace}/deployments/web"
    bench.stage.api.patch(path, {"spec": {"paused": True}})
    return await looked_at(bench)


async def scaled_to_nothing(bench: Bench) -> Place:
    await bench.stage.deploy("web", "shop/web:1", replicas=3)
    await bench.stage.scale("web", 0)
    return await looked_at(bench)


async def autoscaled(bench: Bench) -> Place:
    await bench.stage.deploy("web", "shop/web:1", replicas=2)
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    spec = {"minReplicas": 2, "maxReplicas": 2, "scaleTargetRef": target}
    path = f"/apis/autoscaling/v2/namespaces/{bench.stage.namespace}/horizontalpodautoscalers"
    bench.stage.api.create(path, {"metadata": {"name": "web"}, "spec": spec})
    return await looked_at(bench)


async def bounded(bench: Bench) -> Place:
    path = f"/api/v1/namespaces/{bench.stage.namespace}/resourcequotas"
    bench.stage.api.create(path, {"metadata": {"name": "all"}, "spec": {"hard": {"pods": "2"}}})
    await bench.stage.deploy("web", "shop/web:1", replicas=2)
    for _ in range(100):
        estate = await bench.estate()
        if estate.quotas and estate.quotas[0].used.get("pods") == 2:
            break
        await asyncio.sleep(0.1)
    place, _ = await looked_at(bench)
    return place, Entity(kind="Namespace", name=bench.stage.namespace)


async def one_pod_fails(bench: Bench) -> Place:
    place, entity = await running(bench)
    pod = place.estate.pods[0].pod
    pinned = Condition(dimensions={"pod": pod.name}, statement="one pod", support=1, counter_examples=0, evidence=[])
    return place.evolve(condition=pinned), entity


async def one_node_fails(bench: Bench) -> Place:
    place, _ = await running(bench)
    return place, Entity(kind="Node", name=place.estate.machines[0].name)


async def one_node_cordoned(bench: Bench) -> Place:
    place, entity = await running(bench)
    name = place.estate.machines[0].name
    bench.stage.api.patch(f"/api/v1/nodes/{name}", {"spec": {"unschedulable": True}})
    place, entity = await looked_at(bench)
    return place, entity


async def a_job_failed(bench: Bench) -> Place:
    jobs = f"/apis/batch/v1/namespaces/{bench.stage.namespace}/jobs"
    pod = {"restartPolicy": "Never", "containers": [{"name": "app", "image": "shop/job:1"}]}
    spec = {"backoffLimit": 0, "suspend": True, "template": {"spec": pod}}
    bench.stage.api.create(jobs, {"metadata": {"name": "migrate"}, "spec": spec})
    failed(_Holder(bench), f"{jobs}/migrate")
    await bench.stage.deploy("web", "shop/web:1")
    place, _ = await looked_at(bench)
    return place, Entity(kind="Service", namespace=bench.stage.namespace, name="migrate")


class _Holder:
    def __init__(self, bench: Bench) -> None:
        self.client = bench.stage.api


def rollout(bench: Bench, **status) -> None:
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{bench.stage.namespace}/rollouts"
    pod = {"containers": [{"name": "app", "image": "shop/web:2"}]}
    labels = {"app": "web"}
    spec = {
        "replicas": 4,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "web"}, "spec": spec}
    made = bench.stage.api.create(path, body)
    said = {"currentPodHash": "new", "stableRS": "old", "updatedReplicas": 1, **status}
    bench.stage.api.put(f"{path}/web/status", {**made, "status": said})


async def canary(bench: Bench) -> Place:
    rollout(bench)
    return await looked_at(bench)


async def waiting_canary(bench: Bench) -> Place:
    waits = [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}]
    rollout(bench, pauseConditions=waits, conditions=[{"type": "Paused", "status": "True", "reason": "RolloutPaused"}])
    return await looked_at(bench)


async def kept_by_argo(bench: Bench) -> Place:
    await bench.stage.deploy("web", "shop/web:1", replicas=2)
    space = bench.stage.namespace
    source = {"repoURL": "https://git.example/shop", "path": "web"}
    kept = {
        "group": "apps",
        "version": "v1",
        "kind": "Deployment",
        "namespace": space,
        "name": "web",
        "status": "Synced",
    }
    history = [{"id": 0, "revision": "a" * 40, "source": source}, {"id": 1, "revision": "b" * 40, "source": source}]
    bench.stage.api.create(
        f"/apis/argoproj.io/v1alpha1/namespaces/{space}/applications",
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": "web"},
            "spec": {"project": "default", "source": source, "destination": {"namespace": space}},
            "status": {"history": history, "resources": [kept], "sync": {"status": "Synced", "revision": "b" * 40}},
        },
    )
    return await looked_at(bench)


async def kept_by_flux(bench: Bench) -> Place:
    place = f"/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{bench.stage.namespace}/kustomizations"
    kept = {"id": f"{bench.stage.namespace}_web_apps_Deployment", "v": "v1"}
    bench.stage.api.create(
        place,
        {
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": {"name": "web"},
            "spec": {"path": "web"},
            "status": {"inventory": {"entries": [kept]}},
        },
    )
    return await released(bench)


async def configured(bench: Recorded, good: dict[str, str], bad: dict[str, str]) -> Place:
    """A ConfigMap that was seen, and was edited since."""
    await bench.stage.configure("web", good)
    await bench.stage.deploy("web", "shop/web:1", replicas=2, config="web")
    await bench.record("web")
    await bench.stage.later(1.1)
    await bench.stage.configure("web", bad)
    versions = await bench.record("web")
    (edit,) = await bench.changes("web", ChangeKind.CONFIG)
    return await looked_at(bench, change=edit, brought=None, versions=versions)


async def misconfigured(bench: Recorded) -> Place:
    return await configured(bench, {"URL": "http://index:80"}, {"URL": "http://nowhere:80"})


async def flag_turned(bench: Recorded) -> Place:
    off, on = (json.dumps({"flags": {"new-basket": {"state": state}}}) for state in ("DISABLED", "ENABLED"))
    place, entity = await configured(bench, {"flags.json": off}, {"flags.json": on})
    turned = place.change.evolve(kind=ChangeKind.FLAG, keys=["new-basket"], version="on")
    return place.evolve(change=turned, flag=turned), entity


def argo_cd_is_through(bench: Bench) -> None:
    """As its controller does once it has done what it was asked."""
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{bench.stage.namespace}/applications/web"
    bench.stage.api.patch(path, {"operation": None})


STAGES: dict[str, Callable[[Bench], Awaitable[Place]]] = {
    "abort-rollout": canary,
    "argo-cd-rollback": kept_by_argo,
    "cordon-node": one_node_fails,
    "delete-stuck-pod": one_pod_fails,
    "flux-rollback": kept_by_flux,
    "pause-rollout": under_way,
    "promote-rollout": waiting_canary,
    "raise-autoscaler": autoscaled,
    "raise-quota": bounded,
    "rerun-job": a_job_failed,
    "restart": running,
    "restore-config": misconfigured,
    "restore-replicas": scaled_to_nothing,
    "resume-rollout": paused,
    "rollback": released,
    "rollback-template": broken,
    "scale-out": running,
    "turn-flag-off": flag_turned,
    "uncordon-node": one_node_cordoned,
}
CAUSES = {"raise-quota": "quota-pods"}


def test_no_playbook_is_left_out():
    assert set(STAGES) == set(SHIPPED)


@pytest.mark.parametrize("name", STAGES)
async def test_a_playbook_is_fitted_done_once_and_taken_back(bench, name):
    playbook = SHIPPED[name]
    place, entity = await STAGES[name](bench)
    cause = CAUSES.get(name, playbook.treats[0])
    stands = Hypothesis(id="h", cause=cause, entity=entity, claim="it is so", prior=0.9, probability=0.9)

    choice = choose(stands, place, [playbook])
    assert choice.actions, choice.reasons
    await _given_its_rights_and_no_less(bench, choice.actions)
    backs = []
    for number, action in enumerate(choice.actions):
        key = f"{name}-{number}"
        preview = await bench.preview(action)
        assert preview.pods <= playbook.limits.max_pods
        await bench.actuator.apply(action, preview.before, key)
        with suppress(Refused):  # a pod that is gone meanwhile cannot say who deleted it
            await bench.actuator.apply(action, preview.before, key)
        seen = await bench.actuator.observe(action, preview.before, key)
        assert seen.observation is Observation.DONE
        backs.append(way_back(action, preview, follows=number > 0))

    if name == "argo-cd-rollback":
        argo_cd_is_through(bench)
    await bench.stage.later(1.1)  # a restart is written by the second
    backs.reverse()
    for undo in sorted(backs, key=lambda undo: isinstance(undo, Restart)) if playbook.undo else []:
        assert undo is not None, "the playbook promises a way back"
        back = await bench.preview(undo)
        await bench.actuator.apply(undo, back.before, f"{name}-back")
        seen = await bench.actuator.observe(undo, back.before, f"{name}-back")
        assert seen.observation is Observation.DONE
    await _as_before(bench, place)


def _workload(bench: Bench, resource: str, kind: str) -> Entity:
    path = f"/apis/apps/v1/namespaces/{bench.stage.namespace}/{resource}"
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": pod_template("web", "shop/web:1", {}, {}, {})}
    bench.stage.api.create(path, {"metadata": {"name": "web"}, "spec": spec})
    return Entity(kind=kind, namespace=bench.stage.namespace, name="web")


def a_stateful_set(bench: Bench) -> list[Action]:
    target = _workload(bench, "statefulsets", "StatefulSet")
    return [Restart(target=target), Scale(target=target, replicas=3)]


def a_daemon_set(bench: Bench) -> list[Action]:
    return [Restart(target=_workload(bench, "daemonsets", "DaemonSet"))]


def a_rollout(bench: Bench) -> list[Action]:
    rollout(bench)
    return [Pause(target=Entity(kind="Rollout", namespace=bench.stage.namespace, name="web"))]


def a_helm_release(bench: Bench) -> list[Action]:
    path = f"/apis/helm.toolkit.fluxcd.io/v2/namespaces/{bench.stage.namespace}/helmreleases"
    body = {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "metadata": {"name": "web"}, "spec": {}}
    bench.stage.api.create(path, body)
    return [SuspendSync(target=Entity(kind="HelmRelease", namespace=bench.stage.namespace, name="web"))]


@pytest.mark.parametrize("make", [a_stateful_set, a_daemon_set, a_rollout, a_helm_release])
async def test_other_kinds_of_targets_need_exactly_the_rights_that_are_theirs(bench, make):
    await _given_its_rights_and_no_less(bench, make(bench))


async def _given_its_rights_and_no_less(bench: Recorded, actions: list[Action]) -> None:
    """It is refused without any one of them; then it has them all, and no other."""
    if bench.hands is None:
        return
    rights = wanted(actions)
    for lacking in rights:
        bench.hands.may([right for right in rights if right != lacking])
        need, verb = lacking
        await _previews(bench, actions, f"refused without {verb} {need.resource}", bool)
    bench.hands.may(rights)
    await _previews(bench, actions, "allowed with all of them", lambda gaps: not gaps)


async def _previews(bench: Bench, actions: list[Action], what: str, right: Callable[[list[str]], bool]) -> None:
    """Until the server's answers to the dry runs are the right ones: it takes a moment to see a Role as it is."""
    gaps: list[str] = []
    for _ in range(100):
        answers = [await bench.actuator.preview(action) for action in actions]
        refused = [each for each in answers if isinstance(each, Gap) and each.reason is GapReason.REFUSED]
        gaps = [each.detail for each in refused]
        if right(gaps):
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"never {what}: {gaps}")


async def _as_before(bench: Bench, place: Situation) -> None:
    """Nodes are everybody's: what a playbook did to one is undone for the next test."""
    for machine in place.estate.machines if place.estate else []:
        bench.stage.api.patch(f"/api/v1/nodes/{machine.name}", {"spec": {"unschedulable": None}})
    await bench.stage.later(timedelta(seconds=0.1).total_seconds())


OPERATOR = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "controller": True}


@pytest.mark.parametrize(
    ("metadata", "manager", "said"),
    [
        ({"annotations": {"argocd.argoproj.io/tracking-id": "shop:/ConfigMap:x/web"}}, "hand", "Argo CD manages"),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}, "hand", "Flux manages"),
        ({}, "argocd-controller", "Argo CD manages"),
        ({"ownerReferences": [OPERATOR]}, "hand", "ConfigMap owner owns"),
        ({"annotations": {"meta.helm.sh/release-name": "web"}}, "helm", ""),
        ({}, "hand", ""),
    ],
    ids=["Argo CD by its mark", "Flux by its mark", "Argo CD by its hand", "an operator", "Helm", "nobody"],
)
async def test_what_a_keeper_would_put_back_is_not_proposed_whatever_becomes_of_the_workload(
    bench, metadata, manager, said
):
    path = f"/api/v1/namespaces/{bench.stage.namespace}/configmaps"
    if "ownerReferences" in metadata:
        owner = bench.stage.api.create(path, {"metadata": {"name": "owner"}})
        metadata = {"ownerReferences": [{**OPERATOR, "uid": owner["metadata"]["uid"]}]}
    place, entity = await misconfigured(bench)
    body, headers = {"metadata": metadata, "data": {"BY": manager}}, {"Content-Type": "application/merge-patch+json"}
    bench.stage.api.request("PATCH", f"{path}/web", json=body, headers=headers, params={"fieldManager": manager})
    place = place.evolve(estate=await bench.estate(), versions=await bench.record("web"))

    stands = Hypothesis(id="h", cause="config-change", entity=entity, claim="it is so", prior=0.9, probability=0.9)
    choice = choose(stands, place, [SHIPPED["restore-config"]])
    if said:
        assert choice.actions == []
        assert said in choice.reasons[0]
        return
    await _given_its_rights_and_no_less(bench, choice.actions)
    preview = await bench.preview(choice.actions[0])
    assert any("next upgrade" in warning for warning in preview.warnings) is (manager == "helm")
