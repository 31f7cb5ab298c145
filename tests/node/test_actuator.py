"""Actions whose effect is real: containers that crash are gone after a rollback, pods after a restart are other pods."""

from typing import Any

import pytest

from agent.errors import Refused
from agent.model.action import Action, Observation, Preview, Restart, Rollback, Scale
from agent.model.entity import Entity
from agent.model.pod import Pod
from agent.model.question import Pods, PodsQuestion, Revisions, RevisionsQuestion
from agent.model.workload import Revision
from integrations.kubernetes.actuator import KubernetesActuator
from integrations.kubernetes.api import Api as Client
from integrations.kubernetes.source import KubernetesSource
from tests.node.node import Node, eventually

pytestmark = pytest.mark.tier3
ROLLING = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}


class Patient:
    """A Deployment of two pods, with the questions and the actions of these tests."""

    def __init__(self, node: Node, client: Client) -> None:
        self.node = node
        self.source, self.actuator = KubernetesSource(client), KubernetesActuator(client)
        self.namespace = node.namespace("patient")
        self.entity = Entity(kind="Deployment", namespace=self.namespace, name="ledger")

    def release(self, name: str) -> None:
        env = [{"name": "RELEASE", "value": name}]
        fast = {"exec": {"command": ["sh", "-c", "exit 0"]}, "periodSeconds": 1}
        container = self.node.container("stay", env=env, readinessProbe=fast)
        self.node.deploy(self.namespace, "ledger", container, replicas=2, strategy=ROLLING)

    def healthy(self, count: int = 2) -> list[str]:
        return self.node.serving(self.namespace, "ledger", count)

    async def crashing(self) -> list[Pod]:
        async def look() -> list[Pod] | None:
            answer = await self.source.ask(PodsQuestion(entity=self.entity))
            pods = answer.items if isinstance(answer, Pods) else []
            return [pod for pod in pods if any(each.reason == "CrashLoopBackOff" for each in pod.containers)]

        return await eventually(look, "a pod in a crash loop")

    async def revisions(self) -> dict[int, Revision]:
        answer = await self.source.ask(RevisionsQuestion(entity=self.entity))
        assert isinstance(answer, Revisions), answer
        return {each.number: each for each in answer.items}

    async def previewed(self, action: Action) -> Preview:
        answer = await self.actuator.preview(action)
        assert isinstance(answer, Preview), answer
        return answer

    def env(self) -> dict[str, Any]:
        container = self.node.api.deployment(self.namespace, "ledger")["spec"]["template"]["spec"]["containers"][0]
        return {each["name"]: each["value"] for each in container["env"]}


@pytest.fixture
def patient(node: Node, client: Client) -> Patient:
    made = Patient(node, client)
    made.release("good")
    made.healthy()
    return made


async def test_a_rollback_heals_a_crash_loop_and_its_undo_brings_it_back(patient: Patient) -> None:
    patient.release("bad")
    await patient.crashing()
    first = (await patient.revisions())[1]
    back = Rollback(target=patient.entity, to_revision=1, template_hash=first.template_hash)
    preview = await patient.previewed(back)
    assert "good" in preview.diff
    await patient.actuator.apply(back, preview.before, "key-of-the-rollback")
    healed = patient.healthy()
    assert all(name.startswith(first.name) for name in healed)
    assert patient.env() == {"RELEASE": "good"}
    assert [pod for pod in await _pods(patient) if any(each.restarts for each in pod.containers)] == []

    with pytest.raises(Refused):
        await patient.actuator.apply(preview.undo or back, preview.before, "key-of-a-late-decision")
    assert preview.undo
    undo = await patient.previewed(preview.undo)
    await patient.actuator.apply(preview.undo, undo.before, "key-of-the-undo")
    assert patient.env() == {"RELEASE": "bad"}
    assert await patient.crashing()
    seen = await patient.actuator.observe(preview.undo, undo.before, "key-of-the-undo")
    assert seen.observation is Observation.DONE


async def test_a_restart_replaces_every_pod_by_a_fresh_one_of_the_same_release(patient: Patient) -> None:
    before = patient.healthy()
    restart = Restart(target=patient.entity)
    preview = await patient.previewed(restart)
    await patient.actuator.apply(restart, preview.before, "key-of-the-restart")

    async def others() -> list[Pod] | None:
        pods = await _pods(patient)
        fresh = [pod for pod in pods if pod.ready and pod.name not in before]
        return fresh if len(fresh) == len(pods) == len(before) else None

    after = await eventually(others, "two other pods, ready")
    assert patient.env() == {"RELEASE": "good"}
    assert all(pod.containers[0].restarts == 0 for pod in after)


async def test_scaling_adds_pods_that_run_and_its_undo_takes_them_away(patient: Patient) -> None:
    up = Scale(target=patient.entity, replicas=3)
    preview = await patient.previewed(up)
    await patient.actuator.apply(up, preview.before, "key-of-the-scaling")
    assert len(patient.healthy(3)) == 3
    assert preview.undo == Scale(target=patient.entity, replicas=2)
    undo = await patient.previewed(preview.undo)
    await patient.actuator.apply(preview.undo, undo.before, "key-of-its-undo")
    assert len(patient.healthy(2)) == 2


async def _pods(patient: Patient) -> list[Pod]:
    answer = await patient.source.ask(PodsQuestion(entity=patient.entity))
    assert isinstance(answer, Pods), answer
    return [pod for pod in answer.items if not pod.deleting]
