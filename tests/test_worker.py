"""A worker brings its incident to an end whatever fails around it, and leaves what is somebody else's alone."""

import dataclasses
from datetime import UTC, datetime

import pytest

from agent.errors import Temporary
from agent.graph import build
from agent.machine import Thread
from agent.model.action import LedgerState
from agent.model.incident import Phase, Resolution
from agent.model.journal import Topic
from agent.model.proposal import Decision, DecisionKind
from agent.state import GRAPH_VERSION
from agent.steps.perform import planned
from agent.steps.work import Work
from agent.worker import PATIENCE, Worker
from integrations.store.open import open_store
from tests.story import Story


@pytest.fixture
async def given(tmp_path):
    stories = []

    def make(scenario="bad_release", **more):
        story = Story.given(tmp_path, scenario, 3, **more)
        stories.append(story)
        return story

    yield make
    for story in stories:
        await story.end()


class Failing:
    """A port of which some methods fail for a while."""

    def __init__(self, port, **times):
        self._port, self._times, self.failed = port, times, 0

    def __getattr__(self, name):
        if not self._times.get(name):
            return getattr(self._port, name)

        async def fail(*_given, **_named):
            self._times[name] -= 1
            self.failed += 1
            raise Temporary("database is locked")

        return fail


def with_failing(port, **times):
    """Puts a failing port of the store between the daemon and the folder."""
    made = []

    def around(ports, saver):
        failing = Failing(getattr(ports.store, port), **times)
        made.append(failing)
        return dataclasses.replace(ports, store=dataclasses.replace(ports.store, **{port: failing})), saver

    return around, made


@pytest.mark.parametrize(
    ("port", "times"),
    [
        ("leases", {"claim": 1}),
        ("leases", {"release": 1}),
        ("evidence", {"put": 1}),
        ("approvals", {"ask": 1}),
        ("memory", {"remember": 1}),
    ],
)
async def test_a_store_that_is_busy_for_a_moment_costs_time_and_not_the_incident(given, port, times):
    around, made = with_failing(port, **times)
    story = given(around=around)
    await story.start()
    await story.alerted()
    await story.approve()
    report = await story.closed()
    assert made[0].failed == sum(times.values())
    assert report.incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1
    assert story.daemon._workers == {}


class Broken:
    """A checkpoint store that cannot be read for a while."""

    def __init__(self, machine, times):
        self._machine, self._times = machine, times

    def __getattr__(self, name):
        return getattr(self._machine, name)

    async def aget_state(self, config):
        if self._times:
            self._times -= 1
            raise Temporary("the disk is slow")
        return await self._machine.aget_state(config)


async def test_a_checkpoint_that_cannot_be_read_for_a_moment_is_read_again(given):
    story = given("nothing_visible")
    await story.start()
    story.daemon._machine = Broken(story.daemon._machine, times=1)
    await story.alerted()
    report = await story.closed()
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert any("a step failed (Temporary)" in said for said in await story.said(Topic.TROUBLE))
    assert report.hypotheses


async def test_after_too_many_failures_the_incident_is_handed_to_a_person_who_is_told_why(given):
    story = given()
    await story.start()
    await story.daemon.drain()
    await story.alerted()
    worker = Worker(Thread(story.daemon._machine, story.incident_id), story.ports, story.incident_id, "test")
    assert not await worker._gave_up(KeyError("x"), PATIENCE - 1)
    assert (await story.incident()).phase is not Phase.CLOSED
    assert await worker._gave_up(KeyError("x"), PATIENCE)
    incident = await story.incident()
    assert incident.phase is Phase.CLOSED
    assert incident.resolution is Resolution.HANDED_OVER
    assert "KeyError" in incident.unresolved
    assert incident.closed_at


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (LedgerState.INTENT, ""),
        (LedgerState.EXECUTING, "nobody can tell whether {} was done"),
        (LedgerState.DONE, "; {} was done"),
        (LedgerState.REFUSED, ""),
    ],
)
async def test_what_was_done_is_told_when_steadyhand_itself_fails_and_a_doubt_locks_no_target(given, state, told):
    story = given()
    await story.start()
    await story.alerted()
    question = await story.asked()
    await story.daemon.drain()
    store = story.ports.store
    worker = Worker(Thread(story.daemon._machine, story.incident_id), story.ports, story.incident_id, "test")
    lease = await store.leases.claim(story.incident_id, "test", datetime.now(UTC), 60)
    worker._fence = lease.fence
    work, found = Work(story.ports, lease.fence), {"incident": await story.incident()}
    entry = await store.ledger.begin(planned(work, found, question.action, question.before, "act"), lease.fence)
    for follows in [] if state is LedgerState.INTENT else [LedgerState.EXECUTING, state]:
        await store.ledger.mark(entry.evolve(state=follows), lease.fence)
    assert await worker._gave_up(KeyError("x"), PATIENCE)
    (left,) = await store.ledger.entries()
    assert left.state is (LedgerState.UNKNOWN if state is LedgerState.EXECUTING else state)
    incident = await story.incident()
    assert told.format(question.action) in incident.unresolved
    assert incident.resolution is Resolution.HANDED_OVER


async def test_an_incident_of_another_version_of_the_graph_is_handed_over_and_nothing_is_done(given):
    story = given()
    await story.start()
    await story.alerted()
    question = await story.asked()
    await story.stop()
    opened = await open_store(story.folder)
    machine = build(opened.checkpointer)
    config = {"configurable": {"thread_id": story.incident_id}}
    await machine.aupdate_state(config, {"version": GRAPH_VERSION + 1}, as_node="propose")
    await opened.store.approvals.decide(an_approval(question), story.stage.clock.now())
    await opened.aclose()
    await story.start()
    report = await story.closed()
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert "another version" in report.incident.unresolved
    assert story.effects() == []


def an_approval(question):
    return Decision(
        incident_id=question.incident_id,
        digest=question.digest,
        kind=DecisionKind.APPROVED,
        by="kim",
        channel="test",
        at=question.asked_at,
    )


async def test_an_incident_that_another_process_works_on_is_left_to_it(given):
    story = given()
    await story.start()
    await story.daemon.drain()
    await story.alerted()
    other = await story.ports.store.leases.claim(story.incident_id, "other", datetime.now(UTC), 60)
    worker = Worker(Thread(story.daemon._machine, story.incident_id), story.ports, story.incident_id, "me")
    worker.drain()
    await worker.run()
    assert await story.ports.store.leases.renew(other, datetime.now(UTC), 60)
    assert (await story.incident()).phase is Phase.TRIAGE
