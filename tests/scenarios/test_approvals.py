"""Who may answer, who has to, how much they allow, and what happens when a person takes over: whole incidents."""

import dataclasses

import pytest

from agent.errors import NotAllowed, Refused
from agent.model.identity import Approver, Identity
from agent.model.incident import Phase, Resolution
from agent.model.journal import Topic
from agent.model.playbook import Playbook
from agent.model.proposal import Decision, DecisionKind

ANA = Identity(id="api:ana", name="ana")
BO = Identity(id="api:bo", name="bo")
EVE = Identity(id="api:eve", name="eve", also=["oidc-group:guests"])
SRE = Approver(name="sre", identities=["api:ana", "api:bo"], namespaces=["shop"])
OTHERS = Approver(name="pay team", identities=["api:eve"], namespaces=["pay"])


def approvers(ports, saver):
    return dataclasses.replace(ports, rules=ports.rules.evolve(approvers=[SRE, OTHERS])), saver


class TwoPerson:
    """Approvals in a house where every question needs two people."""

    def __init__(self, approvals):
        self._approvals = approvals

    def __getattr__(self, name):
        return getattr(self._approvals, name)

    async def ask(self, proposal):
        return await self._approvals.ask(proposal.evolve(approvals_needed=2))


def two_person(ports, saver):
    store = dataclasses.replace(ports.store, approvals=TwoPerson(ports.store.approvals))
    return dataclasses.replace(ports, store=store), saver


def scaling(ports, saver):
    """A house that answers a bad release with more pods: not wise, but it can be narrowed."""
    playbook = Playbook.model_validate(
        {
            "name": "spread",
            "title": "spread",
            "treats": ["bad-release"],
            "steps": [{"action": "scale", "add_replicas_percent": 200}],
        }
    )
    causes = {cause for each in ports.rules.playbooks for cause in each.treats}
    house = ports.rules.evolve(playbooks=[playbook.evolve(treats=sorted(causes))])
    return dataclasses.replace(ports, rules=house), saver


async def test_only_a_role_may_answer_and_who_may_is_said(tell):
    story = await tell("bad_release", around=approvers)
    await story.alerted()
    question = await story.asked()
    for who in (EVE, None, Identity(id="oidc:ana", name="ana")):
        for kind in (DecisionKind.APPROVED, DecisionKind.DENIED):
            with pytest.raises(NotAllowed, match="who may: sre"):
                await story.decide(kind, question, who=who)
    assert story.effects() == []
    made = await story.approve(question, ANA)
    assert (made.identity, made.by) == ("api:ana", "ana")
    report = await story.closed()
    assert report.decision.identity == "api:ana"
    assert len(story.effects()) == 1
    assert await story.said(Topic.DECISION) == ["decision: approved by ana (api)"]


async def test_what_a_decision_says_of_itself_is_overwritten(tell):
    story = await tell("bad_release", around=approvers)
    await story.alerted()
    question = await story.asked()
    forged = elsewhere(question).evolve(identity="api:ana", person="person:ana", awaits=7)
    with pytest.raises(NotAllowed):
        await story.daemon.decide(forged, EVE)
    with pytest.raises(NotAllowed):
        await story.daemon.decide(forged)
    made = await story.daemon.decide(forged, BO)
    assert (made.identity, made.person, made.awaits) == ("api:bo", "api:bo", 0)
    assert await story.ports.store.approvals.decision(story.incident_id, question.digest) == made


async def test_two_people_approve_what_needs_two_and_the_first_is_shown(tell):
    story = await tell("bad_release", around=two_person)
    await story.alerted()
    question = await story.asked()
    first = await story.approve(question, ANA)
    assert first.awaits == 1
    assert [given.who for given in (await story.report()).proposal.approvals] == ["ana (api)"]
    with pytest.raises(Refused, match="another person"):
        await story.approve(question, ANA)
    assert story.effects() == []
    assert (await story.approve(question, BO)).awaits == 0
    assert (await story.closed()).incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1
    assert await story.said(Topic.APPROVAL) == ["approval: approved by ana (api); one more person has to approve"]


async def test_an_approval_of_two_survives_a_crash_and_one_denial_denies(tell):
    story = await tell("bad_release", around=two_person)
    await story.alerted()
    question = await story.asked()
    await story.approve(question, ANA)
    await story.crash()
    await story.start()
    assert [given.identity for given in (await story.asked()).approvals] == ["api:ana"]
    await story.decide(DecisionKind.DENIED, question, "too risky", BO)
    report = await story.closed()
    assert any("denied by bo (api): too risky" in step for step in report.next_steps)
    assert story.effects() == []


async def test_a_narrowed_approval_does_that_much_with_its_own_undo_and_digest(tell):
    story = await tell("bad_release", around=scaling)
    await story.alerted()
    question = await story.asked()
    assert question.action.kind == "scale"
    now, less = question.before.replicas, question.before.replicas + 1
    assert less < question.action.replicas
    for wider in (question.action.replicas + 1, now, now - 1):
        with pytest.raises(Refused):
            await story.approve(question, replicas=wider)
    made = await story.approve(question, replicas=less)
    assert (made.narrowed.action.replicas, made.narrowed.undo.replicas) == (less, now)
    report = await story.closed()
    entries = await story.ports.store.ledger.entries()
    assert [entry.action.replicas for entry in entries] == [less, now]
    assert report.proposal.action.replicas == less
    assert report.proposal.narrowed_from == question.digest != report.proposal.digest
    assert any("narrowed to: scale" in said for said in await story.said(Topic.DECISION))


async def test_a_narrowed_approval_survives_a_crash_before_it_is_done(tell):
    story = await tell("bad_release", around=scaling)
    await story.alerted()
    question = await story.asked()
    story.daemon._workers[story.incident_id][1].cancel()
    less = question.before.replicas + 1
    await story.approve(question, replicas=less)
    await story.crash()
    await story.start()
    await story.closed()
    assert (await story.ports.store.ledger.entries())[0].action.replicas == less


async def test_narrowing_on_a_target_that_changed_meanwhile_is_refused(tell):
    story = await tell("bad_release", around=scaling, seed=3)
    await story.alerted()
    question = await story.asked()
    story.stage.world.scale("checkout", question.before.replicas + 1, actor="somebody else")
    with pytest.raises(Refused, match="was changed since this question was asked"):
        await story.approve(question, replicas=question.action.replicas - 1)
    assert [each.digest for each in await story.daemon.pending()] == [question.digest]


async def test_a_denial_is_shown_when_the_same_treatment_is_proposed_again(tell):
    story = await tell("bad_release")
    await story.alerted()
    await story.decide(DecisionKind.DENIED, await story.asked(), "a migration ran", ANA)
    report = await story.closed()
    memories = await story.ports.store.memory.recall(report.incident.service)
    assert [memory.decided_by for memory in memories] == ["ana (api)"]
    next_time = await tell("bad_release", seed=2)
    await next_time.ports.store.memory.remember(memories[0])
    await next_time.alerted()
    again = await next_time.asked()
    assert any("denied before by ana (api)" in w and "a migration ran" in w for w in again.warnings), again.warnings


async def test_while_a_person_is_on_it_nothing_is_asked_until_it_is_handed_back(tell):
    story = await tell("bad_release", around=approvers)
    await story.alerted()
    await story.daemon.take_over(story.incident_id, ANA)

    async def held():
        return ((await story.incident()).phase is Phase.EXAMINE and bool(await story.said(Topic.VERDICT))) or None

    await story.until(held, "the verdict is known")
    assert await story.daemon.pending() == []
    with pytest.raises(Refused, match=r"ana \(api:ana\) is on it already"):
        await story.daemon.take_over(story.incident_id, BO)
    with pytest.raises(NotAllowed, match="who may: sre"):
        await story.daemon.hand_back(story.incident_id, EVE)
    await story.crash()
    await story.start()
    assert (await story.report()).incident.taken_by == "ana (api:ana)"
    await story.daemon.hand_back(story.incident_id, BO)
    await story.approve(await story.asked(), ANA)
    assert (await story.closed()).incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1


async def test_what_is_taken_over_cannot_be_approved_but_denied(tell):
    story = await tell("bad_release")
    await story.alerted()
    question = await story.asked()
    await story.daemon.take_over(story.incident_id, None, "kim")
    with pytest.raises(Refused, match=r"kim \(name not proven\) is on it"):
        await story.approve(question)
    await story.decide(DecisionKind.DENIED, question, "I do it by hand")
    await story.closed()
    assert story.effects() == []


async def test_an_approval_that_was_held_longer_than_it_was_good_for_is_asked_again(tell):
    story = await tell("bad_release", approval_seconds=600)
    await story.alerted()
    question = await story.asked()
    story.on(Topic.DECISION, lambda: story.stage.later(601))
    await story.approve(question)
    second = await story.asked()
    assert second.digest != question.digest
    assert "ran out" in second.changed
    assert "the target is as it was" in second.changed
    assert story.effects() == []
    await story.approve(second)
    assert (await story.closed()).incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1


async def test_nobody_takes_over_what_is_unknown_or_closed_and_only_the_clock_lets_expire(tell):
    story = await tell("bad_release")
    await story.alerted()
    question = await story.asked()
    with pytest.raises(Refused, match="only the clock"):
        await story.decide(DecisionKind.EXPIRED, question)
    with pytest.raises(Refused, match="no incident"):
        await story.daemon.take_over("inc-0")
    with pytest.raises(Refused, match="nobody has taken"):
        await story.daemon.hand_back(story.incident_id)
    await story.deny("no")
    await story.closed()
    with pytest.raises(Refused, match="is closed"):
        await story.daemon.take_over(story.incident_id)


async def test_a_decision_that_another_process_put_into_the_store_is_seen_without_a_nudge(tell):
    story = await tell("bad_release")
    await story.alerted()
    question = await story.asked()
    made = (await story.ports.store.approvals.pending())[0]
    assert made.digest == question.digest
    await story.ports.store.approvals.decide(elsewhere(question), story.stage.clock.now())
    assert (await story.closed()).incident.resolution is Resolution.RECOVERED
    assert await story.said(Topic.DECISION) == ["decision: approved by bo (api)"]


def elsewhere(question):
    return Decision(
        incident_id=question.incident_id,
        digest=question.digest,
        kind=DecisionKind.APPROVED,
        by="bo",
        channel="http",
        at=question.asked_at,
        identity="api:bo",
    )
