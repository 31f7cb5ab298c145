"""Somebody silenced the alerts: they know of it, so nothing is done alone; and what cannot be told is as strict."""

import dataclasses

from agent.model.playbook import Autonomy
from agent.model.proposal import PermissionKind
from agent.model.query import Matcher
from agent.replay import replay
from tests.memory_silences import MemorySilences
from tests.simulation.stage import START


def beside(silences, *, configured: bool = True):
    """A house with an alert manager."""

    def around(ports, saver):
        return dataclasses.replace(ports, rules=ports.rules.evolve(silences=configured), silences=silences), saver

    return around


def on(service: str) -> MemorySilences:
    manager = MemorySilences(START)
    manager.make([Matcher(label="service", value=service)], "kim: on it", lasts=1e6)
    return manager


async def permitted(story):
    """What the guard said, once a person is asked."""
    await story.asked()

    async def look():
        return (await story.report()).permission

    return await story.until(look, "the step is through")


def said(permission) -> str:
    return next(answer.reason for answer in permission.answers if answer.rule == "silence")


async def test_a_silenced_alert_is_asked_about_although_we_might_act_alone(tell):
    story = await tell("bad_release", seed=3, autonomy=Autonomy.ACT, around=beside(on("checkout")))
    await story.alerted()
    permission = await permitted(story)
    assert (permission.kind, permission.rule) == (PermissionKind.ASK, "silence")
    assert permission.reason == "the alerts are silenced: kim: on it"
    assert story.effects() == []


async def test_another_services_silence_is_none_of_ours(tell):
    story = await tell("bad_release", seed=3, autonomy=Autonomy.ACT, around=beside(on("search")))
    await story.alerted()
    await story.closed()
    assert len(story.effects()) == 1


async def test_an_alert_manager_that_cannot_be_asked_makes_a_question_that_says_so(tell):
    manager = MemorySilences(START, problem="Alertmanager could not be reached")
    story = await tell("bad_release", seed=3, autonomy=Autonomy.ACT, around=beside(manager))
    await story.alerted()
    permission = await permitted(story)
    assert permission.kind is PermissionKind.ASK
    assert said(permission) == "whether the alerts are silenced is not known: Alertmanager could not be reached"


async def test_where_none_is_configured_nobody_is_asked_and_nothing_is_narrower(tell):
    story = await tell("bad_release", seed=3, autonomy=Autonomy.ACT, around=beside(on("checkout"), configured=False))
    await story.alerted()
    await story.closed()
    assert len(story.effects()) == 1


async def test_a_silence_after_the_approval_makes_a_new_question(tell):
    manager = MemorySilences(START)
    story = await tell("bad_release", seed=3, around=beside(manager))
    await story.alerted()
    first = await story.asked()
    manager.make([Matcher(label="service", value="checkout")], "kim: on it", lasts=1e6)
    await story.approve(first)
    second = await story.asked()
    assert "kim: on it" in second.changed
    assert story.effects() == []


async def test_a_replay_is_told_of_the_same_silences(tell):
    story = await tell("bad_release", seed=3, autonomy=Autonomy.ACT, around=beside(on("checkout")))
    await story.alerted()
    permission = await permitted(story)
    snapshot = await story.daemon.snapshot(story.incident_id)
    assert snapshot.silences.silences == ["kim: on it"]
    assert (await replay(snapshot)).report.permission == permission
