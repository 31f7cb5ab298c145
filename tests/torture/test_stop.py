"""SIGTERM at every step boundary, workers that were overtaken, and effects whose outcome nobody knows."""

import asyncio
from itertools import count

import pytest

from agent.errors import Refused, Temporary, Uncertain
from agent.model.action import Action, LedgerState, Observation, Observed
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.steps.perform import perform
from agent.steps.work import Work
from tests.story import Story
from tests.torture.lives import Tale
from tests.torture.mortal import Life


class Doubtful:
    """An honest actuator behind a bad line: each fault is used up by one `apply`; `blind` looks see nothing."""

    def __init__(self, actuator, *faults, blind=0):
        self._actuator, self._faults, self.blind, self.observed = actuator, list(faults), blind, 0

    async def preview(self, action: Action):
        return await self._actuator.preview(action)

    async def apply(self, action, expected, key):
        when, error = self._faults.pop(0) if self._faults else ("", None)
        if when == "before":
            raise error
        applied = await self._actuator.apply(action, expected, key)
        if when == "after":
            raise error
        return applied

    async def observe(self, action, expected, key):
        self.observed += 1
        if self.blind:
            self.blind -= 1
            return Observed(observation=Observation.CANNOT_TELL, detail="the API server does not answer")
        return await self._actuator.observe(action, expected, key)


@pytest.fixture
async def ended():
    """Stories to be ended with the test."""
    stories = []
    yield stories.append
    for story in stories:
        await story.end()


async def with_faults(tmp_path, ended, *faults, blind=0):
    story = Story.given(tmp_path, "bad_release", 3)
    story.stage.actuator = Doubtful(story.stage.actuator, *faults, blind=blind)
    ended(story)
    await story.start()
    await story.alerted()
    await story.approve()
    return story, await story.closed()


@pytest.mark.parametrize(
    ("faults", "blind"),
    [
        ([("before", Temporary("503"))], 0),
        ([("before", Temporary("503")), ("before", Temporary("503"))], 0),
        ([("before", Uncertain("the connection was reset"))], 0),
        ([("after", Uncertain("the connection was reset"))], 0),
        ([("after", Uncertain("the connection was reset"))], 2),
        ([("before", Uncertain("timed out")), ("after", Uncertain("timed out"))], 0),
    ],
)
async def test_whatever_the_line_does_the_action_reaches_the_world_once(tmp_path, ended, faults, blind):
    story, report = await with_faults(tmp_path, ended, *faults, blind=blind)
    assert len(story.effects()) == 1
    (entry,) = await story.ports.store.ledger.entries()
    assert entry.state is LedgerState.DONE
    assert report.incident.resolution is Resolution.RECOVERED


async def test_an_outcome_nobody_can_tell_is_said_to_be_so_and_never_repeated(tmp_path, ended):
    story, report = await with_faults(tmp_path, ended, ("after", Uncertain("timed out")), blind=99)
    (entry,) = await story.ports.store.ledger.entries()
    assert entry.state is LedgerState.UNKNOWN
    assert len(story.effects()) == 1
    assert any("nobody can tell" in step for step in report.next_steps), report.next_steps
    assert report.incident.resolution is Resolution.HANDED_OVER


async def test_an_api_server_that_stays_away_means_that_nothing_was_done(tmp_path, ended):
    faults = [("before", Temporary("503"))] * 99
    story, report = await with_faults(tmp_path, ended, *faults)
    assert story.effects() == []
    assert {entry.state for entry in await story.ports.store.ledger.entries()} == {LedgerState.REFUSED}
    assert report.incident.resolution is Resolution.HANDED_OVER


@pytest.mark.parametrize("first", [1, 2])
async def test_a_daemon_that_is_stopped_after_every_step_is_taken_up_by_the_next(tmp_path, ended, first):
    tale = await Tale.begin(tmp_path, (Life("checkpoint", first, "after", stops=True) for _ in count()))
    ended(tale.story)
    report = await tale.until_closed()
    assert tale.deaths >= 5
    assert report.incident.resolution is Resolution.RECOVERED
    assert len(tale.story.effects()) == 1
    for topic in (Topic.OPENED, Topic.PROPOSAL, Topic.DECISION, Topic.ACTION, Topic.VERIFIED, Topic.REMEMBERED):
        assert len(await tale.story.said(topic)) == 1, topic


async def test_a_daemon_that_is_stopped_while_a_person_thinks_asks_the_same_question_after_the_start(tmp_path, ended):
    story = await Story.begin(tmp_path, "bad_release", 3)
    ended(story)
    await story.alerted()
    question = await story.asked()
    await story.stop()
    await story.start()
    assert [again.digest for again in await story.daemon.pending()] == [question.digest]
    await story.approve(question)
    assert (await story.closed()).incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1


async def test_an_answer_that_was_stored_before_the_daemon_died_counts_after_the_start(tmp_path, ended):
    story = await Story.begin(tmp_path, "bad_release", 3)
    ended(story)
    await story.alerted()
    question = await story.asked()
    await story.crash()
    await story.start()
    deciding = asyncio.create_task(story.approve(question))
    await deciding
    await story.crash()
    await story.start()
    assert (await story.closed()).incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1


async def test_a_stopping_daemon_takes_in_alerts_for_the_next_one_but_begins_nothing(tmp_path, ended):
    story = Story.given(tmp_path, "bad_release", 3)
    ended(story)
    await story.start()
    await story.daemon.drain()
    assert "shutting down" in " ".join(await story.daemon.troubles())
    await story.alerted()
    assert story.daemon._workers == {}
    await story.stop()
    await story.start()
    await story.approve()
    assert (await story.closed()).incident.resolution is Resolution.RECOVERED


async def test_a_worker_that_was_overtaken_can_neither_record_nor_do_anything(tmp_path, ended):
    story = await Story.begin(tmp_path, "bad_release", 3)
    ended(story)
    await story.alerted()
    question = await story.asked()
    state = {"incident": await story.incident()}
    await story.stop()
    await story.start()
    await story.asked()
    overtaken = Work(story.ports, fence=1)
    with pytest.raises(Refused, match="fence 1 does not hold"):
        await perform(overtaken, state, question.action, question.before, "act")
    assert story.effects() == []
    assert await story.ports.store.ledger.entries() == []
