"""Not a third time, and not at a neighbour's expense."""

import pytest

from agent.model.entity import Entity
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.setback import Setback
from agent.model.verification import VerificationKind
from agent.policy.handover import handover


async def remembered(story, times: int, spec_hash: str = "") -> None:
    deployment = story.stage.world.deployment("checkout")
    for number in range(times):
        await story.ports.store.memory.failed(
            Setback(
                key=f"k{number}",
                incident_id=f"earlier-{number}",
                playbook="rollback",
                action="roll it back",
                cause="bad-release",
                target=Entity(kind="Deployment", namespace="shop", name="checkout"),
                spec_hash=spec_hash or deployment.spec_hash(),
                at=story.stage.clock.now(),
            )
        )


async def rollback_of(story) -> str:
    return next(p.name for p in story.house.playbooks if p.steps[0].action == "rollback" and "bad-release" in p.treats)


async def test_what_failed_here_twice_on_the_same_spec_is_not_proposed_again_and_the_reason_is_shown(tell):
    story = await tell("bad_release", seed=3)
    await remembered(story, 2)
    assert await rollback_of(story) == "rollback"
    await story.alerted()
    report = await story.closed()
    assert report.incident.resolution is Resolution.ADVISED
    assert report.proposal is None
    assert any("2 times against bad-release" in step for step in report.next_steps), report.next_steps


@pytest.mark.parametrize(("times", "spec_hash"), [(1, ""), (2, "of another spec")])
async def test_once_or_on_another_spec_is_no_reason(tell, times, spec_hash):
    story = await tell("bad_release", seed=3)
    await remembered(story, times, spec_hash)
    await story.alerted()
    assert (await story.asked()).playbook == "rollback"


async def test_an_action_that_did_not_help_is_remembered_with_what_it_ran_on(tell):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    question = await story.asked()
    story.stage.world.spoil("checkout", 0.4)
    await story.approve(question)
    report = await story.closed()
    (kept,) = await story.ports.store.memory.setbacks(question.action.target, "bad-release")
    assert (kept.playbook, kept.spec_hash) == (question.playbook, question.before.spec_hash)
    assert report.setbacks == [kept.evolve(undone=f"{question.action} was taken back")]


async def test_what_helped_is_no_setback(tell):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    question = await story.asked()
    await story.approve(question)
    await story.closed()
    assert await story.ports.store.memory.setbacks(question.action.target, "bad-release") == []


async def test_a_neighbour_that_suffers_from_the_action_is_seen_and_the_action_taken_back(tell):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    question = await story.asked()
    story.on(Topic.ACTION, lambda: story.stage.world.spoil("payments", 0.3))
    await story.approve(question)
    report = await story.closed()
    assert report.incident.resolution is not Resolution.RECOVERED
    told = await story.said(Topic.VERIFIED)
    assert any("shop/payments burns" in text for text in told), (told, report.verification)
    note = handover(report)
    assert note.tried[0] == f"{question.action} (rollback) did not help; {question.action} was taken back", note
    assert not any(str(question.action) in step for step in note.next), note


async def test_neighbours_that_are_well_are_recorded_and_change_nothing(tell):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    await story.approve()
    report = await story.closed()
    assert report.verification.kind is VerificationKind.RECOVERED
    assert {str(n.service) for n in report.verification.neighbours} != set()
