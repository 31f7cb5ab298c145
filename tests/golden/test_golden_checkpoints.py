"""Checkpoints written by earlier versions must still load: module paths and fields of records are a file format.

Each folder named below is a data folder kept from a released version, with one incident in the middle
of its life. A change that makes this fail needs a migration (or a new GRAPH_VERSION), not a new folder.
"""

from contextlib import aclosing, suppress
from datetime import datetime

import pytest

from agent.errors import Refused
from agent.graph import build
from agent.machine import Thread
from agent.model.incident import Incident, Resolution
from agent.model.journal import Topic
from agent.model.record import Record
from agent.model.verification import VerificationKind
from integrations.store.open import open_store
from tests.golden.make_golden import HERE, unpack
from tests.story import Story

GOLDEN = ["waiting", "watching"]


def records(value: object) -> list[Record]:
    """Every record in a state's value, however deep in lists and dicts."""
    if isinstance(value, Record):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [found for part in value for found in records(part)] if isinstance(value, list) else []


def test_the_list_names_exactly_the_folders_that_are_here():
    assert sorted(GOLDEN) == sorted(about.parent.name for about in HERE.glob("*/about.json"))


@pytest.mark.parametrize("name", GOLDEN)
async def test_an_old_checkpoint_still_loads_as_records(name, tmp_path):
    unpack(name, tmp_path)
    async with aclosing(await open_store(tmp_path)) as opened:
        states = [found.checkpoint["channel_values"] async for found in opened.checkpointer.alist(None)]
    assert states
    assert any(isinstance(state.get("incident"), Incident) for state in states)
    for found in records(states):
        written = found.model_dump_json()
        assert type(found).model_validate_json(written).model_dump_json() == written


async def test_the_golden_incidents_stand_where_their_names_say(tmp_path):
    places = {}
    for name in GOLDEN:
        folder = tmp_path / name
        folder.mkdir()
        incident = unpack(name, folder)["incident"]
        async with aclosing(await open_store(folder)) as opened:
            places[name] = await Thread(build(opened.checkpointer), incident).position()
    assert places["waiting"].question
    assert places["watching"].state["verification"].kind is VerificationKind.WATCHING
    assert not any(place.foreign or place.finished or place.fresh for place in places.values())


@pytest.fixture
async def taken_up(tmp_path):
    """An old incident's folder under a daemon of today, over a shop in which the same thing has happened."""
    stories = []

    async def begin(name):
        about = unpack(name, tmp_path)
        moment = datetime.fromisoformat(about["at"])
        story = Story.given(tmp_path, about["scenario"], int(about["seed"]))
        story.incident_id = about["incident"]
        async with aclosing(await open_store(tmp_path)) as opened:
            for entry in await opened.store.ledger.entries():
                await done_before(story.stage, entry)
        story.stage.later((moment - story.stage.clock.now()).total_seconds())
        stories.append(story)
        await story.start()
        return story

    yield begin
    for story in stories:
        await story.end()


async def done_before(stage, entry):
    """What the old process did to the shop, at the same moment."""
    stage.later((entry.applied.at - stage.clock.now()).total_seconds())
    before = (await stage.actuator.preview(entry.action)).before
    await stage.actuator.apply(entry.action, before, entry.key)


async def yes_to_everything(story):
    """Questions are asked again where the simulated shop is no longer, to the letter, the one of the old incident."""

    async def closed():
        for question in await story.daemon.pending():
            with suppress(Refused):
                await story.approve(question)
        return (await story.incident()).phase.closed() or None

    await story.until(closed, "it is closed")
    return await story.closed()


async def test_an_old_incident_that_waits_for_a_person_is_taken_up_and_brought_to_its_end(taken_up):
    story = await taken_up("waiting")
    assert [question.action.kind for question in await story.daemon.pending()] == ["rollback"]
    report = await yes_to_everything(story)
    assert report.incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1


async def test_an_old_incident_whose_burn_is_watched_is_not_acted_on_again(taken_up):
    story = await taken_up("watching")
    assert len(story.effects()) == 1
    report = await story.closed()
    assert report.verification.kind is VerificationKind.RECOVERED
    assert len(story.effects()) == 1
    assert len(await story.said(Topic.ACTION)) == 1
