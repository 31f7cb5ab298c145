"""What people may answer, and what becomes of it: yes, no, nothing, too late, twice, or of something else by now."""

import asyncio

import pytest

from agent.errors import Refused
from agent.model.action import LedgerState
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.playbook import Autonomy
from agent.model.proposal import DecisionKind, PermissionKind


async def test_denied_with_a_reason_is_handed_over_and_the_reason_is_remembered(tell):
    story = await tell("bad_release")
    await story.alerted()
    await story.deny("a migration ran, the old revision cannot read the new rows")
    report = await story.closed()
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert any("denied by kim (test): a migration ran" in step for step in report.next_steps)
    assert story.effects() == []
    assert await story.ports.store.ledger.entries() == []
    (memory,) = await story.ports.store.memory.recall(report.incident.service)
    assert memory.decision == "denied"
    assert memory.decision_reason == "a migration ran, the old revision cannot read the new rows"


async def test_a_question_nobody_answers_expires_and_nothing_is_done(tell):
    story = await tell("bad_release", approval_seconds=600)
    await story.alerted()
    question = await story.asked()
    story.nobody_answers()
    report = await story.closed()
    assert report.decision.kind is DecisionKind.EXPIRED
    assert report.incident.closed_at >= question.expires_at
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert any("nobody answered in time" in step for step in report.next_steps)
    assert story.effects() == []


async def test_an_answer_after_the_expiry_is_refused(tell):
    story = await tell("bad_release", approval_seconds=600)
    await story.alerted()
    question = await story.asked()
    story.stage.later(601)
    with pytest.raises(Refused, match="expired"):
        await story.approve(question)
    story.nobody_answers()
    assert (await story.closed()).incident.resolution is Resolution.HANDED_OVER
    assert story.effects() == []


async def test_the_second_of_two_answers_is_refused_whatever_it_says(tell):
    story = await tell("bad_release")
    await story.alerted()
    question = await story.asked()
    await story.approve(question)
    for kind in (DecisionKind.APPROVED, DecisionKind.DENIED):
        with pytest.raises(Refused, match="already approved by kim"):
            await story.decide(kind, question)
    assert (await story.closed()).incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1


async def test_of_many_answers_at_once_exactly_one_counts_and_one_action_is_done(tell):
    story = await tell("bad_release")
    await story.alerted()
    question = await story.asked()
    answers = await asyncio.gather(*(story.approve(question) for _ in range(8)), return_exceptions=True)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert all(isinstance(answer, Refused) for answer in answers if isinstance(answer, Exception))
    await story.closed()
    assert len(story.effects()) == 1
    assert len(await story.ports.store.ledger.entries()) == 1


async def test_an_approval_of_a_digest_nobody_asked_about_is_refused_and_the_question_stays_open(tell):
    story = await tell("bad_release")
    await story.alerted()
    question = await story.asked()
    with pytest.raises(Refused, match="never asked"):
        await story.approve(question.evolve(undo=None))
    assert [open_.digest for open_ in await story.daemon.pending()] == [question.digest]
    assert story.effects() == []


async def test_a_target_that_changed_after_the_question_is_asked_about_again_and_the_old_approval_is_worth_nothing(
    tell,
):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    first = await story.asked()
    story.stage.world.scale("checkout", 5, actor="somebody else")
    await story.approve(first)
    second = await story.asked()
    assert second.digest != first.digest
    assert second.before.replicas == 5
    assert f"replicas {first.before.replicas} → 5" in second.changed
    assert story.effects() == []
    with pytest.raises(Refused, match="already approved"):
        await story.approve(first)
    await story.approve(second)
    report = await story.closed()
    assert report.incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1
    states = [entry.state for entry in await story.ports.store.ledger.entries()]
    assert states == [LedgerState.REFUSED, LedgerState.DONE]


async def test_a_target_that_changes_after_every_approval_is_left_to_whoever_changes_it(tell):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    for replicas in (5, 6, 5):
        question = await story.asked()
        story.stage.world.scale("checkout", replicas, actor="somebody else")
        await story.approve(question)
    report = await story.closed()
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert any("was not done" in step for step in report.next_steps)
    assert story.effects() == []


async def test_a_revision_that_disappears_while_the_question_is_open_is_not_replaced_by_a_guess(tell):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    question = await story.asked()
    deployment = story.stage.world.deployment("checkout")
    deployment.sets = [one for one in deployment.sets if one.number != question.action.to_revision]
    await story.approve(question)
    report = await story.closed()
    assert report.incident.resolution is not Resolution.RECOVERED
    assert any(f"revision {question.action.to_revision}" in step for step in report.next_steps)
    assert story.effects() == []


async def test_with_the_autonomy_to_act_nobody_is_asked_and_the_policy_is_named_as_who_decided(tell):
    story = await tell("bad_release", autonomy=Autonomy.ACT)
    await story.alerted()
    report = await story.closed()
    assert report.permission.kind is PermissionKind.ALLOWED
    assert report.decision.by == "policy: autonomy"
    assert report.incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1


async def test_with_the_autonomy_to_act_a_restart_still_needs_a_person_because_its_playbook_says_so(tell):
    story = await tell("oom", autonomy=Autonomy.ACT)
    await story.alerted()
    assert (await story.asked()).action.kind == "restart"
    assert story.effects() == []


@pytest.mark.parametrize("policy", [{"autonomy": Autonomy.OBSERVE}, {"namespaces": {"shop": Autonomy.OBSERVE}}])
async def test_with_the_autonomy_to_observe_it_advises_and_shows_what_it_would_do(tell, policy):
    story = await tell("bad_release", **policy)
    await story.alerted()
    report = await story.closed()
    assert report.incident.resolution is Resolution.ADVISED
    assert report.proposal.action.kind == "rollback"
    assert report.permission.kind is PermissionKind.REFUSED
    assert story.effects() == []
    with pytest.raises(Refused):
        await story.approve(report.proposal)
    assert await story.said(Topic.DECISION) == []


async def test_a_namespace_may_be_given_less_than_the_policy_but_never_more(tell):
    story = await tell("bad_release", autonomy=Autonomy.PROPOSE, namespaces={"shop": Autonomy.ACT})
    await story.alerted()
    assert (await story.asked()).action.kind == "rollback"


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        ({"max_pods": 2}, "blast radius"),
        ({"max_actions_per_incident": 0}, "attempts"),
        ({"max_actions_per_hour": 0}, "rate"),
    ],
)
async def test_what_the_guard_refuses_is_not_even_asked(tell, policy, rule):
    story = await tell("bad_release", **policy)
    await story.alerted()
    report = await story.closed()
    assert report.permission.rule == rule
    assert report.incident.resolution is Resolution.ADVISED
    assert any(rule in step for step in report.next_steps)
    assert await story.daemon.pending() == []
    assert story.effects() == []
