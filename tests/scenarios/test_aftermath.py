"""After the action: it helped, it did not, nobody can tell; it is taken back, remembered, and recalled the next time."""

import pytest

from agent.model.action import LedgerState
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.verification import VerificationKind
from tests.story import confirmed


async def test_what_did_not_help_is_undone_and_handed_over_with_what_was_tried(tell):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    question = await story.asked()
    bad = story.stage.world.deployment("checkout").current.template_hash
    story.stage.world.spoil("checkout", 0.4)  # its requests fail for another reason now, which no rollback cures
    await story.approve(question)
    report = await story.closed()
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert story.stage.world.deployment("checkout").current.template_hash == bad
    assert [change.kind for change in story.effects()] == ["rollback", "rollback"]
    assert await story.said(Topic.VERIFIED) != []
    assert any("did not help" in told for told in report.next_steps), report.next_steps
    assert any("taken back" in told for told in report.next_steps), report.next_steps
    states = [entry.state for entry in await story.ports.store.ledger.entries()]
    assert states == [LedgerState.DONE, LedgerState.DONE]


async def test_our_own_rollback_and_its_undo_are_never_blamed_for_the_incident(tell):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    question = await story.asked()
    story.stage.world.spoil("checkout", 0.4)
    await story.approve(question)
    report = await story.closed()
    ours = {change.id for change in story.effects()}
    assert not confirmed(report) or confirmed(report).change not in ours
    assert not any(h.change in ours and h.probability > 0.5 for h in report.hypotheses)


async def test_an_undo_is_left_when_somebody_else_has_changed_the_target_since(tell):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    question = await story.asked()
    world = story.stage.world
    world.spoil("checkout", 0.4)
    image = "registry.example/shop/checkout:1.5.0"
    story.on(Topic.VERIFIED, lambda: world.release("checkout", image, actor="somebody else"))
    await story.approve(question)
    report = await story.closed()
    assert len(story.effects()) == 1
    assert world.deployment("checkout").current.template["spec"]["containers"][0]["image"] == image
    assert any("back failed" in told for told in report.next_steps), report.next_steps
    assert report.incident.resolution is Resolution.HANDED_OVER


async def test_a_recovery_that_somebody_else_may_have_caused_is_not_claimed(tell):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    world = story.stage.world
    image = "registry.example/shop/checkout:1.5.0"
    story.on(Topic.VERIFYING, lambda: world.release("checkout", image, actor="somebody else"))
    await story.approve()
    report = await story.closed()
    assert report.verification.kind is VerificationKind.CANNOT_TELL
    assert "changed by someone else" in report.verification.reason
    assert report.incident.resolution is Resolution.HANDED_OVER


async def test_without_metrics_during_verification_nobody_can_tell_and_recovered_is_never_said(tell):
    story = await tell("bad_release")
    await story.alerted()
    story.on(Topic.ACTION, story.metrics.fail)
    await story.approve()
    report = await story.closed()
    assert report.verification.kind is VerificationKind.CANNOT_TELL
    assert "connection refused" in report.verification.reason
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert any("cannot be told" in told for told in report.next_steps)
    assert len(story.effects()) == 1  # what may well have helped is not undone on no evidence
    assert not any("recovered" in told for told in await story.said())


async def test_without_the_cluster_during_verification_the_burn_still_decides(tell):
    story = await tell("bad_release")
    await story.alerted()
    story.on(Topic.ACTION, story.cluster.fail)
    await story.approve()
    report = await story.closed()
    assert report.verification.kind is VerificationKind.RECOVERED


@pytest.mark.parametrize("scenario", ["bad_release", "bad_dependency_release"])
async def test_the_second_incident_of_a_service_recalls_the_first(tell, scenario):
    story = await tell(scenario, seed=3)
    await story.alerted()
    await story.approve()
    first = await story.closed()
    story.stage.later(1800)
    story.happens(scenario)
    second_id = await story.alerted()
    assert second_id != first.incident.id
    await story.approve()
    second = await story.closed()
    assert [memory.incident_id for memory in second.recalled] == [first.incident.id]
    assert second.recalled[0].cause == story.truth.cause
    assert confirmed(second).cause == story.truth.cause
    assert second.incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 2
