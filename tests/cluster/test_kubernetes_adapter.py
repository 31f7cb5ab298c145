import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from agent.errors import Refused
from agent.model.action import Restart, Rollback
from agent.model.change import ChangeKind
from agent.model.entity import Entity
from agent.model.question import (
    ChangesQuestion,
    ConfigsQuestion,
    EventsQuestion,
    Gap,
    GapReason,
    LogsQuestion,
    NodesQuestion,
    PodsQuestion,
    RevisionsQuestion,
    ServicesQuestion,
    WorkloadQuestion,
)
from agent.model.record import Window
from integrations.kubernetes.access import EVENTS, NEEDS, review
from integrations.kubernetes.actuator import KubernetesActuator
from integrations.kubernetes.api import Api, connect
from integrations.kubernetes.rights import needs
from integrations.kubernetes.source import KubernetesSource
from tests.cluster.api import pod_template
from tests.cluster.control_plane import ControlPlane

pytestmark = pytest.mark.tier2
SECRET = "hunter2-planted"


@pytest.fixture
def source(api) -> KubernetesSource:
    return KubernetesSource(api)


def web(stage) -> Entity:
    return Entity(kind="Deployment", namespace=stage.namespace, name="web")


def last_hour(namespace: str) -> ChangesQuestion:
    now = datetime.now(UTC)
    return ChangesQuestion(
        namespace=namespace, window=Window(start=now - timedelta(hours=1), end=now + timedelta(seconds=5))
    )


@pytest.fixture
async def newcomer(control_plane, stage) -> AsyncIterator[Api]:
    """The adapter as a ServiceAccount that may do nothing yet."""
    if not isinstance(control_plane, ControlPlane):
        pytest.skip("tokens are made for our own control plane only")
    accounts = f"/api/v1/namespaces/{stage.namespace}/serviceaccounts"
    control_plane.api.create(accounts, {"metadata": {"name": "newcomer"}})
    token = control_plane.api.create(f"{accounts}/newcomer/token", {"spec": {"expirationSeconds": 3600}})["status"][
        "token"
    ]
    connected = await connect(str(control_plane.kubeconfig_with_token(f"newcomer-{stage.namespace}", token)))
    yield connected
    await connected.close()


def allow(stage, *rules: dict) -> None:
    """Give the newcomer a role in the namespace."""
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{stage.namespace}"
    name = f"role-{uuid.uuid4().hex[:6]}"
    stage.api.create(f"{rbac}/roles", {"metadata": {"name": name}, "rules": list(rules)})
    subject = {"kind": "ServiceAccount", "name": "newcomer", "namespace": stage.namespace}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    stage.api.create(f"{rbac}/rolebindings", {"metadata": {"name": name}, "subjects": [subject], "roleRef": reference})


async def test_what_rbac_does_not_allow_is_a_refused_gap_that_names_verb_and_resource(stage, newcomer):
    await stage.deploy("web", "web:1")
    source = KubernetesSource(newcomer)
    lacks = {
        "deployments": WorkloadQuestion(namespace=stage.namespace, name="web"),
        "deployments.apps": RevisionsQuestion(entity=web(stage)),
        "events": EventsQuestion(namespace=stage.namespace),
        "services": ServicesQuestion(namespace=stage.namespace),
        "nodes": NodesQuestion(),
        "pods": LogsQuestion(namespace=stage.namespace, pod="web-1"),
        "deployments ": last_hour(stage.namespace),
    }
    for resource, question in lacks.items():
        gap = await source.ask(question)
        assert isinstance(gap, Gap)
        assert gap.reason is GapReason.REFUSED
        assert "cannot" in gap.detail
        assert resource.strip() in gap.detail


async def test_one_missing_right_costs_one_part_of_the_timeline_and_is_named(stage, newcomer):
    read = {"verbs": ["get", "list"], "apiGroups": ["apps"], "resources": ["*"]}
    allow(stage, read, {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["configmaps", "events", "pods"]})
    await stage.deploy("web", "web:1")
    answer = await KubernetesSource(newcomer).ask(last_hour(stage.namespace))
    assert [(change.kind, change.entity.name) for change in answer.items] == [(ChangeKind.ROLLOUT, "web")]
    assert [each.split(":")[0] for each in answer.unseen] == ["Secrets and roles", "nodes", "policies"]
    assert "secrets" in answer.unseen[0]
    assert all(kind in answer.unseen[2] for kind in ("resourcequotas", "networkpolicies"))


async def test_a_reader_is_refused_to_preview_and_to_act_and_the_review_says_so(stage, newcomer, api):
    allow(stage, {"verbs": ["get", "list"], "apiGroups": ["apps"], "resources": ["*"]})
    await stage.deploy("web", "web:1")
    restart, actuator = Restart(target=web(stage)), KubernetesActuator(newcomer)
    gap = await actuator.preview(restart)
    assert gap.reason is GapReason.REFUSED
    assert 'cannot update resource "deployments"' in gap.detail
    expected = (await KubernetesActuator(api).preview(restart)).before
    with pytest.raises(Refused, match="nothing was changed"):
        await actuator.apply(restart, expected, "k1")
    wanted = [(need, stage.namespace) for need in needs("restart", "Deployment")]
    found = {(each.verb, each.resource): each.allowed for each in await review(newcomer, [stage.namespace], wanted)}
    assert found[("list", "replicasets.apps")]
    assert not found[("update", "deployments.apps")]
    assert not found[("list", "nodes")]
    assert {
        each.namespace for each in await review(newcomer, [stage.namespace]) if each.resource.startswith("leases")
    } == {
        "kube-node-lease",
        "kube-system",
    }


async def test_an_administrator_may_do_all_we_need(control_plane, stage, api):
    found = await review(api, [stage.namespace])
    assert all(each.allowed for each in found)
    ours = [need for need in [*NEEDS, EVENTS] if not need.extension]  # our own control plane has none of them
    if isinstance(control_plane, ControlPlane):
        assert len(found) == sum(len(need.verbs.split()) * len(need.namespaces([stage.namespace])) for need in ours)


async def test_two_applies_with_one_key_at_the_same_moment_write_once(control_plane, stage, api):
    await stage.deploy("web", "web:1", replicas=3)
    restart, actuator = Restart(target=web(stage)), KubernetesActuator(api)
    expected = (await actuator.preview(restart)).before
    applied = await asyncio.gather(*(actuator.apply(restart, expected, "one-key") for _ in range(4)))
    assert len({each.generation for each in applied}) == 1
    await stage.settled("web")
    assert stage.api.deployment(stage.namespace, "web")["metadata"]["generation"] == expected.generation + 1
    writes = control_plane.writes(stage.namespace, "web")
    if writes is not None:
        assert [write.field_manager for write in writes] == ["kubectl", "steadyhand"]


async def test_an_action_goes_through_while_the_controller_keeps_updating_the_status(stage, api):
    await stage.deploy("web", "web:1", replicas=8)
    actuator = KubernetesActuator(api)
    for number in range(3):
        restart = Restart(target=web(stage))
        expected = (await actuator.preview(restart)).before
        await actuator.apply(restart, expected, f"key-{number}")
        await stage.later(1.05)  # a restart is stamped to the second: sooner, the next would be none
    await stage.settled("web")


async def test_a_rollback_keeps_what_the_release_did_not_touch(stage, api, source):
    await stage.deploy("web", "web:1", env={"A": "1"})
    await stage.deploy("web", "web:2", env={"A": "2"})
    await stage.scale("web", 4)
    first = (await source.ask(RevisionsQuestion(entity=web(stage)))).items[-1]
    action = Rollback(target=web(stage), to_revision=1, template_hash=first.template_hash)
    actuator = KubernetesActuator(api)
    await actuator.apply(action, (await actuator.preview(action)).before, "back")
    await stage.settled("web")
    found = stage.api.deployment(stage.namespace, "web")
    assert found["spec"]["replicas"] == 4
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == "web:1"
    assert "pod-template-hash" not in found["spec"]["template"]["metadata"]["labels"]
    sets = stage.api.get(f"/apis/apps/v1/namespaces/{stage.namespace}/replicasets")["items"]
    assert len(sets) == 2, "the old ReplicaSet was reused, none was added"


async def test_a_paused_deployment_and_an_autoscaler_are_warned_of(stage, api):
    await stage.deploy("web", "web:1")
    path = f"/apis/apps/v1/namespaces/{stage.namespace}/deployments/web"
    stage.api.patch(path, {"metadata": {"labels": {"argocd.argoproj.io/instance": "shop"}}, "spec": {"paused": True}})
    preview = await KubernetesActuator(api).preview(Restart(target=web(stage)))
    assert any("Argo CD application shop" in each for each in preview.warnings)
    assert any("paused" in each for each in preview.warnings)


async def test_secrets_are_known_by_name_only(stage, source):
    path = f"/api/v1/namespaces/{stage.namespace}/secrets"
    stage.api.create(path, {"metadata": {"name": "db"}, "stringData": {"password": SECRET}})
    template = {"envFrom": [{"secretRef": {"name": "db"}}, {"configMapRef": {"name": "gone", "optional": True}}]}
    stage.api.deploy(stage.namespace, "web", "web:1", **template)
    answer = await source.ask(ConfigsQuestion(entity=web(stage)))
    (found,) = answer.items
    assert (found.entity.kind, found.entity.name, found.keys) == ("Secret", "db", ["password"])
    assert SECRET not in answer.model_dump_json()
    assert len(answer.unseen) == 1
    assert "gone" in answer.unseen[0]
    await stage.later(1.1)
    stage.api.patch(f"{path}/db", {"stringData": {"password": SECRET + "2"}})
    again = await source.ask(ConfigsQuestion(entity=web(stage)))
    assert again.items[0].digest != found.digest
    assert again.items[0].changed_by == "kubectl"
    changes = (await source.ask(last_hour(stage.namespace))).items
    assert [each.entity.kind for each in changes if each.kind is ChangeKind.CONFIG] == ["Secret"]
    assert SECRET not in str(changes)


async def test_a_service_of_another_name_leads_to_its_workloads(stage, source):
    await stage.deploy("web", "web:1")
    stage.api.service(stage.namespace, "front", {"app": "web"})
    answer = await source.ask(WorkloadQuestion(namespace=stage.namespace, name="front"))
    assert [found.entity.name for found in answer.items] == ["web"]


async def test_a_stateful_set_has_workload_revisions_pods_and_rollouts(stage, source):
    path = f"/apis/apps/v1/namespaces/{stage.namespace}/statefulsets"
    template = pod_template("db", "db:1", {}, {}, {})
    spec = {"replicas": 2, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}}, "template": template}
    stage.api.create(path, {"metadata": {"name": "db"}, "spec": spec})
    await asyncio.sleep(1.5)
    stage.api.patch(
        f"{path}/db", [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "db:2"}], "json"
    )
    await asyncio.sleep(3)
    (found,) = (await source.ask(WorkloadQuestion(namespace=stage.namespace, name="db"))).items
    assert (found.entity.kind, found.replicas) == ("StatefulSet", 2)
    revisions = (await source.ask(RevisionsQuestion(entity=found.entity))).items
    assert [(each.number, each.current, each.images["app"]) for each in revisions] == [
        (2, True, "db:2"),
        (1, False, "db:1"),
    ]
    pods = (await source.ask(PodsQuestion(entity=found.entity))).items
    assert [pod.name for pod in pods] == ["db-0", "db-1"]
    assert {pod.template_hash for pod in pods} == {revisions[0].name}
    changes = [each for each in (await source.ask(last_hour(stage.namespace))).items if each.entity == found.entity]
    assert [(each.from_revision, each.to_revision) for each in changes] == [(None, 1), (1, 2)]


async def test_logs_that_the_node_does_not_have_are_a_gap(stage, source):
    await stage.deploy("web", "web:1")
    pod = stage.api.pods(stage.namespace)[0]["metadata"]["name"]
    gap = await source.ask(LogsQuestion(namespace=stage.namespace, pod=pod))
    assert isinstance(gap, Gap)
    assert gap.reason is GapReason.FAILED


async def test_a_container_that_was_killed_for_memory_is_seen(stage, source):
    await stage.deploy("web", "web:1")
    pod = stage.api.pods(stage.namespace)[0]
    ended = {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-11-01T00:00:00Z"}}
    status = {**pod["status"]["containerStatuses"][0], "restartCount": 3, "lastState": ended}
    path = f"/api/v1/namespaces/{stage.namespace}/pods/{pod['metadata']['name']}/status"
    stage.api.patch(path, {"status": {"containerStatuses": [status]}})
    (found,) = (await source.ask(PodsQuestion(entity=web(stage)))).items
    (container,) = found.containers
    assert (container.restarts, container.last_ended.reason, container.last_ended.exit_code) == (3, "OOMKilled", 137)
