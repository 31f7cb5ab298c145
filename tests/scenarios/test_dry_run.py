"""A dry run: the whole incident, up to the moment of the action; then it is said once, held, and counted nowhere."""

import dataclasses

import pytest

from agent.model.action import LedgerState
from agent.model.audit import AuditKind
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.playbook import Autonomy
from agent.model.proposal import PermissionKind
from agent.policy.handover import handover
from integrations.dryrun.actuator import NOTICE, DryActuator

RE_FIRES = 50


def dry(ports, saver):
    return dataclasses.replace(ports, actuator=DryActuator(ports.actuator)), saver


@pytest.fixture
async def held(tell):
    """A story whose action was held."""
    story = await tell("bad_release", seed=3, around=dry, autonomy=Autonomy.ACT)
    await story.alerted()
    await story.closed()
    return story


async def test_what_would_have_been_done_is_said_and_nothing_is_done(held):
    report = await held.report()
    assert report.incident.resolution is Resolution.HELD
    assert held.effects() == []
    assert NOTICE in report.proposal.warnings
    assert any(step.startswith("dry run: would roll Deployment") for step in report.next_steps), report.next_steps
    assert handover(report).tried[-1].startswith("dry run: would roll Deployment")
    assert [entry.state for entry in await held.ports.store.ledger.entries()] == [LedgerState.HELD]
    notes = [entry.note for entry in await held.ports.store.audit.entries(held.incident_id)]
    assert [n.result for n in notes if n.kind is AuditKind.ACTION] == ["intent", "executing", "held"]


async def test_a_person_who_approves_is_told_the_same(tell):
    story = await tell("bad_release", seed=3, around=dry)
    await story.alerted()
    await story.approve()
    report = await story.closed()
    assert (report.incident.resolution, story.effects()) == (Resolution.HELD, [])


async def test_fifty_re_fires_cause_one_message(held):
    (alert,) = held.delivered[:1]
    for number in range(RE_FIRES):
        at = held.stage.clock.now()
        again = alert.evolve(starts_at=at, fingerprint=f"f{number % 3}")
        await held.daemon.receive([again])
        held.stage.later(120)
        await held.daemon.receive([again.evolve(status="resolved", ends_at=held.stage.clock.now())])
    assert [incident.id for incident in await held.daemon.incidents()] == [held.incident_id]
    for topic in (Topic.PROPOSAL, Topic.ACTION, Topic.ESCALATED):
        assert len(await held.said(topic)) == 1
    assert len(await held.ports.store.ledger.entries()) == 1


async def test_once_the_service_has_been_quiet_for_long_a_firing_is_news_again(held):
    held.stage.later(2 * 3600)
    (alert,) = held.delivered[:1]
    await held.daemon.receive([alert.evolve(starts_at=held.stage.clock.now())])
    assert len(await held.daemon.incidents()) == 2


async def test_a_held_action_counts_for_no_limit(tell):
    """One action an hour is allowed; the dry run's does not use it up."""
    story = await tell("bad_release", seed=3, around=dry, autonomy=Autonomy.ACT, max_actions_per_hour=1)
    await story.alerted()
    await story.closed()
    await story.stop()
    story.around = lambda ports, saver: (ports, saver)
    await story.start()
    story.stage.later(1800)
    other = story.delivered[0].evolve(starts_at=story.stage.clock.now(), fingerprint="other")
    incident = await story.incident()
    await story.ports.store.incidents.put(incident.evolve(resolution=Resolution.RECOVERED))  # else it is held
    await story.receives([other])
    await story.approve()  # the old image runs nowhere by now, which is a question; the limit would be a refusal
    report = await story.closed()
    assert {a.rule: a.kind for a in report.permission.answers}["rate"] is PermissionKind.ALLOWED
    assert len(story.effects()) == 1
