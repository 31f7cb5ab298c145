"""Where a thread stands is read before it is moved, and a stop ends it at a step boundary only."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agent.graph import build
from agent.machine import Thread
from agent.model.proposal import Decision, DecisionKind
from agent.ports import Ports
from agent.state import GRAPH_VERSION
from agent.steps.work import Work
from integrations.store.serializer import StrictSerializer
from tests.story import Story


@pytest.fixture
async def story(tmp_path):
    """A shop with an alert, and a store; the daemon is stopped, so that the test moves the thread itself."""
    story = await Story.begin(tmp_path, "bad_release", 3)
    await story.daemon.drain()
    await story.alerted()
    yield story
    await story.end()


@pytest.fixture
def machine():
    return build(InMemorySaver(serde=StrictSerializer()))


async def the_work(story: Story) -> Work:
    ports: Ports = story.ports
    lease = await ports.store.leases.claim(story.incident_id, "test", story.stage.clock.now(), 1e9)
    return Work(ports, lease.fence)


async def test_a_thread_nobody_ever_started_is_fresh_and_neither_finished_nor_foreign(machine):
    position = await Thread(machine, "inc-unknown").position()
    assert (position.fresh, position.finished, position.question, position.foreign) == (True, False, "", False)
    assert position.state == {}


async def test_a_started_thread_stops_at_the_question_and_knows_its_id(story, machine):
    thread = Thread(machine, story.incident_id)
    assert await thread.start(await story.incident(), await the_work(story))
    position = await thread.position()
    assert position.question
    assert not position.fresh
    assert not position.finished
    assert position.state["version"] == GRAPH_VERSION


async def test_an_answered_thread_runs_to_its_end(story, machine):
    thread, work = Thread(machine, story.incident_id), await the_work(story)
    await thread.start(await story.incident(), work)
    position = await thread.position()
    no = Decision(
        incident_id=story.incident_id,
        digest=position.state["proposal"].digest,
        kind=DecisionKind.DENIED,
        by="kim",
        channel="test",
        reason="not now",
        at=story.stage.clock.now(),
    )
    assert await thread.answer(position.question, no, work)
    ended = await thread.position()
    assert ended.finished
    assert not ended.question
    assert ended.state["decision"] == no


async def test_a_drained_thread_stops_at_the_boundary_and_another_goes_on_from_there(story, machine):
    thread, work = Thread(machine, story.incident_id), await the_work(story)
    assert not thread.draining
    thread.drain()
    assert thread.draining
    assert not await thread.start(await story.incident(), work)
    left = await thread.position()
    assert not left.fresh
    assert not left.finished
    assert not left.question
    another = Thread(machine, story.incident_id)
    assert await another.resume(work)
    assert (await another.position()).question


async def test_a_thread_of_another_version_of_the_graph_is_foreign(story, machine):
    thread, work = Thread(machine, story.incident_id), await the_work(story)
    await thread.start(await story.incident(), work)
    await machine.aupdate_state(thread._config, {"version": GRAPH_VERSION - 1}, as_node="propose")
    assert (await thread.position()).foreign


async def test_resuming_a_waiting_thread_without_an_answer_waits_on_and_does_nothing(story, machine):
    thread, work = Thread(machine, story.incident_id), await the_work(story)
    await thread.start(await story.incident(), work)
    before = await thread.position()
    await thread.resume(work)
    assert (await thread.position()).question == before.question
    assert story.effects() == []
