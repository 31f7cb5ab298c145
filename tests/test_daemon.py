"""The daemon's own part: who gets a worker, what is answered, and what keeps it from being ready."""

import asyncio

import pytest

from agent import telemetry
from agent.daemon import Daemon
from agent.errors import Refused
from agent.model.proposal import Decision, DecisionKind
from tests.story import Story, an_alert


@pytest.fixture
async def story(tmp_path):
    story = await Story.begin(tmp_path, "bad_release", 3)
    yield story
    await story.end()


async def test_an_alert_is_stored_before_it_is_confirmed_and_one_worker_is_employed_for_it(story):
    ids = await story.daemon.receive([an_alert(at=story.stage.clock.now(), namespace="shop", service="checkout")])
    assert len(ids) == 1
    assert await story.ports.store.incidents.get(ids[0])
    assert list(story.daemon._workers) == ids


async def test_a_start_is_answered_for_with_the_policy_and_whether_it_changed(story):
    await story.daemon.sign_on()
    await story.daemon.sign_on()
    await story.stop()
    story.house = story.house.evolve(policy=story.house.policy.evolve(max_pods=1), dry_run=True)
    await story.start()
    await story.daemon.sign_on()
    first, second, third = [entry.note for entry in await story.ports.store.audit.entries()]
    assert (first.digest, first.why) == (second.digest, second.why)
    assert third.why == f"policy and playbooks changed: they were {first.digest}"
    assert third.what.endswith("as a dry run")


async def test_no_alerts_are_no_incidents(story):
    assert await story.daemon.receive([]) == []
    assert await story.daemon.incidents() == []


async def test_alerts_delivered_at_the_same_moment_do_not_open_two_incidents(story):
    alert = an_alert(at=story.stage.clock.now(), namespace="shop", service="checkout")
    other = an_alert("Other", at=story.stage.clock.now(), namespace="shop", service="checkout")
    ids = await asyncio.gather(*(story.daemon.receive([each]) for each in (alert, other, alert, other)))
    assert len({one for found in ids for one in found}) == 1
    assert len(await story.daemon.incidents()) == 1


async def test_the_start_takes_up_what_is_open_and_counts_it(story):
    await story.alerted()
    await story.asked()
    await story.stop()
    await story.start()
    assert await story.daemon.start() == 1  # a second look employs nobody twice
    assert len(story.daemon._workers) == 1
    gauge = telemetry.metrics().registry.get_sample_value
    assert sum(gauge("steadyhand_incidents", {"phase": phase}) for phase in ("propose", "waiting")) == 1


async def test_nothing_is_known_of_an_unknown_incident(story):
    assert await story.daemon.report("inc-0") is None
    assert await story.daemon.journal("inc-0", 0, 0) == []
    assert await story.daemon.pending("inc-0") == []
    await story.daemon.finished("inc-0")


async def test_a_decision_about_another_incident_is_refused_and_nothing_is_used_up(story):
    await story.alerted()
    question = await story.asked()
    yes = Decision(
        incident_id="inc-0",
        digest=question.digest,
        kind=DecisionKind.APPROVED,
        by="kim",
        channel="test",
        at=story.stage.clock.now(),
    )
    with pytest.raises(Refused, match="belongs to incident"):
        await story.daemon.decide(yes)
    assert [each.digest for each in await story.daemon.pending()] == [question.digest]


async def test_the_journal_waits_for_what_is_not_said_yet(story):
    await story.alerted()
    reading = asyncio.create_task(story.daemon.journal(story.incident_id, 0, 20))
    assert (await reading)[0].topic == "opened"


async def test_what_the_checks_complain_about_keeps_it_from_being_ready(story):
    async def sick():
        return ["the metrics source does not answer"]

    daemon = Daemon(story.ports, story.daemon._machine, [sick])
    assert await daemon.troubles() == ["the metrics source does not answer"]
    assert await story.daemon.troubles() == []
    await daemon.drain()
    assert "it is shutting down" in await daemon.troubles()


async def test_a_closed_incident_is_tidied_up_and_still_reported_on(tmp_path):
    tidied = []

    async def tidy(incident_id):
        await story._opened.prune(incident_id)
        tidied.append(incident_id)

    story = await Story.begin(tmp_path, "nothing_visible", 3)
    story.daemon._tidy = tidy
    await story.alerted()
    report = await story.closed()
    assert tidied == [story.incident_id]
    assert report.hypotheses
    kept = [
        found async for found in story._opened.checkpointer.alist({"configurable": {"thread_id": story.incident_id}})
    ]
    assert len(kept) == 1
    await story.end()
