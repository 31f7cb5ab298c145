"""Events and the dry run on a real API server: what arrives, who may, and that a dry run writes nothing."""

import uuid
from collections.abc import AsyncIterator

import pytest

from agent.errors import Held
from agent.model.action import Restart, Scale
from agent.model.entity import Entity
from agent.model.notice import Notice, NoticeReason
from agent.model.question import EventsQuestion
from integrations.dryrun.actuator import DryActuator
from integrations.kubernetes.actuator import KubernetesActuator
from integrations.kubernetes.api import Api, connect
from integrations.kubernetes.notices import KubernetesNotices
from integrations.kubernetes.source import KubernetesSource
from tests.cluster.control_plane import ControlPlane
from tests.cluster.stage import ClusterStage

pytestmark = pytest.mark.tier2


@pytest.fixture
async def api(control_plane) -> AsyncIterator[Api]:
    connected = await connect(str(control_plane.kubeconfig))
    yield connected
    await connected.close()


@pytest.fixture
def stage(control_plane):
    made = ClusterStage(control_plane.api, f"notices-{uuid.uuid4().hex[:8]}")
    yield made
    control_plane.api.delete(f"/api/v1/namespaces/{made.namespace}")


def web(stage) -> Entity:
    return Entity(kind="Deployment", namespace=stage.namespace, name="web")


def notice(stage, uid: str, reason: NoticeReason = NoticeReason.ACTED, key: str = "k1") -> Notice:
    return Notice(target=web(stage), uid=uid, reason=reason, text="restart: done", incident_id="inc-1", key=key)


def ours(control_plane, stage) -> list[dict]:
    found = control_plane.api.get(f"/api/v1/namespaces/{stage.namespace}/events")["items"]
    return [each for each in found if each["reason"].startswith("Steadyhand")]


async def uid_of(api, stage) -> str:
    preview = await KubernetesActuator(api).preview(Restart(target=web(stage)))
    return preview.before.uid


async def test_events_are_on_the_target_each_once_and_warnings_are_warnings(control_plane, api, stage):
    await stage.deploy("web", "registry.example/web:1")
    uid = await uid_of(api, stage)
    notices = KubernetesNotices(api)
    for reason in (NoticeReason.PROPOSED, NoticeReason.ACTED, NoticeReason.ACTED, NoticeReason.NOT_RECOVERED):
        notices.tell(notice(stage, uid, reason))
        await notices.aclose()
    found = ours(control_plane, stage)
    assert sorted((each["reason"], each["type"]) for each in found) == [
        ("SteadyhandActed", "Normal"),
        ("SteadyhandNotRecovered", "Warning"),
        ("SteadyhandProposed", "Normal"),
    ]
    assert {each["involvedObject"]["uid"] for each in found} == {uid}


async def test_without_the_right_nothing_is_written_and_nothing_fails(control_plane, stage):
    if not isinstance(control_plane, ControlPlane):
        pytest.skip("tokens are made for our own control plane only")
    accounts = f"/api/v1/namespaces/{stage.namespace}/serviceaccounts"
    control_plane.api.create(accounts, {"metadata": {"name": "newcomer"}})
    asked = control_plane.api.create(f"{accounts}/newcomer/token", {"spec": {"expirationSeconds": 3600}})
    token = asked["status"]["token"]
    newcomer = await connect(str(control_plane.kubeconfig_with_token(f"notices-{stage.namespace}", token)))
    notices = KubernetesNotices(newcomer)
    for number in range(3):
        notices.tell(notice(stage, "u", key=str(number)))
        await notices.aclose()
    await newcomer.close()
    assert ours(control_plane, stage) == []


async def test_an_investigation_does_not_take_our_own_events_for_the_clusters(control_plane, api, stage):
    await stage.deploy("web", "registry.example/web:1")
    notices = KubernetesNotices(api)
    notices.tell(notice(stage, await uid_of(api, stage), NoticeReason.NOT_RECOVERED))
    await notices.aclose()
    answer = await KubernetesSource(api).ask(EventsQuestion(namespace=stage.namespace))
    assert [each for each in getattr(answer, "items", []) if each.reason.startswith("Steadyhand")] == []


async def test_a_dry_run_writes_nothing_whatever_it_is_told_to_do(control_plane, api, stage):
    if not isinstance(control_plane, ControlPlane):
        pytest.skip("only our own control plane keeps an audit log we can read")
    await stage.deploy("web", "registry.example/web:1", replicas=1)
    dry = DryActuator(KubernetesActuator(api, field_manager="steadyhand-dry"))
    for action in (Restart(target=web(stage)), Scale(target=web(stage), replicas=3)):
        preview = await dry.preview(action)
        with pytest.raises(Held):
            await dry.apply(action, preview.before, "k")
    ours_only = [w for w in control_plane.audit() if w.field_manager == "steadyhand-dry"]
    assert ours_only != []
    assert [write for write in ours_only if write.changed] == []
