"""The fakes' own promises, those that no contract suite holds them to: time, scripts, and a Deployment that answers back."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from agent.errors import Refused, Uncertain
from agent.model.action import Observation, Restart, Rollback, Scale
from agent.model.entity import Entity
from agent.model.question import Gap, GapReason, Nodes, NodesQuestion, PodsQuestion
from tests.fakes import FakeDeployment, Fault, ManualClock, MemoryActuator, ScriptedCluster

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CHECKOUT = Entity(kind="Deployment", namespace="shop", name="checkout")


@pytest.fixture
def deployment():
    return FakeDeployment(entity=CHECKOUT, templates={4: "image: a:1", 7: "image: a:2"})


@pytest.fixture
def actuator(deployment):
    return MemoryActuator(ManualClock(NOW), deployment)


def rollback(deployment: FakeDeployment, revision: int = 4) -> Rollback:
    return Rollback(target=CHECKOUT, to_revision=revision, template_hash=deployment.template_hash(revision))


async def test_sleeping_moves_the_clock_and_lets_others_run():
    clock, ran = ManualClock(NOW), []

    async def other():
        ran.append(clock.now())

    task = asyncio.create_task(other())
    await clock.sleep(60)
    await task
    clock.advance(5)
    assert ran == [NOW + timedelta(seconds=60)]
    assert clock.now() == NOW + timedelta(seconds=65)


async def test_a_script_answers_by_kind_and_admits_what_it_lacks():
    cluster = ScriptedCluster(
        {"nodes": Nodes(items=[]), "pods": lambda question: Gap(reason="empty", detail=str(question.entity))}
    )
    assert await cluster.ask(NodesQuestion()) == Nodes(items=[])
    assert (await cluster.ask(PodsQuestion(entity=CHECKOUT))).detail == "Deployment shop/checkout"
    assert (await ScriptedCluster().ask(NodesQuestion())).reason is GapReason.NOT_CONFIGURED
    assert [question.kind for question in cluster.asked] == ["nodes", "pods"]


async def test_a_preview_changes_nothing_and_a_rollback_does_what_it_said(actuator, deployment):
    before = deployment.state()
    preview = await actuator.preview(rollback(deployment))
    assert preview.before == before == deployment.state()
    assert "image: a:1" in preview.diff
    applied = await actuator.apply(rollback(deployment), preview.before, "k1")
    assert applied.spec_hash == preview.after_spec_hash
    assert deployment.templates == {7: "image: a:2", 8: "image: a:1"}
    undone = await actuator.apply(preview.undo, deployment.state(), "k2")
    assert undone.spec_hash == before.spec_hash


@pytest.mark.parametrize("action", [Restart(target=CHECKOUT), Scale(target=CHECKOUT, replicas=5)], ids=str)
async def test_restart_and_scale_do_what_the_preview_said(actuator, deployment, action):
    preview = await actuator.preview(action)
    applied = await actuator.apply(action, preview.before, "k1")
    assert applied.spec_hash == deployment.spec_hash() == preview.after_spec_hash
    assert applied.generation == 2
    assert preview.diff


async def test_a_target_that_changed_or_never_was_is_refused_untouched(actuator, deployment):
    expected = deployment.state()
    deployment.edit("image: a:3")
    for action in (Restart(target=CHECKOUT), Restart(target=CHECKOUT.evolve(name="cart"))):
        with pytest.raises(Refused):
            await actuator.apply(action, expected, "k1")
    with pytest.raises(Refused, match=r"no revision 5, only \[4, 7, 8\]"):
        await actuator.apply(rollback(deployment).evolve(to_revision=5), deployment.state(), "k1")
    assert actuator.applied == deployment.keys == []


@pytest.mark.parametrize(
    ("when", "made", "observation"), [("before", [], Observation.NOT_DONE), ("after", ["k1"], Observation.DONE)]
)
async def test_an_uncertain_call_can_be_observed_afterwards(actuator, deployment, when, made, observation):
    expected = deployment.state()
    actuator.faults.append(Fault(when, Uncertain("connection lost")))
    with pytest.raises(Uncertain):
        await actuator.apply(Restart(target=CHECKOUT), expected, "k1")
    assert actuator.applied == made
    observed = await actuator.observe(Restart(target=CHECKOUT), expected, "k1")
    assert observed.observation is observation


async def test_somebody_elses_change_or_silence_cannot_be_told_apart_from_ours(actuator, deployment):
    expected = deployment.state()
    deployment.edit("image: a:3")
    assert (await actuator.observe(Restart(target=CHECKOUT), expected, "k1")).observation is Observation.CANNOT_TELL
    actuator.unreadable = True
    assert (await actuator.observe(Restart(target=CHECKOUT), expected, "k1")).observation is Observation.CANNOT_TELL
    assert (await actuator.preview(Restart(target=CHECKOUT))).reason is GapReason.FAILED
