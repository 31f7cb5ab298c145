"""A bad edit of a ConfigMap, from alert to memory: what was recorded before is put back, and without a record it is only advised."""

from agent.contents import Recorder
from agent.model.action import Restart, RestoreConfig
from agent.model.change import ChangeKind
from agent.model.incident import Phase, Resolution
from agent.model.journal import Topic
from agent.model.verification import VerificationKind
from agent.replay import replay
from tests.story import confirmed

SEED = 3


async def recorded(tell, **policy):
    """A shop whose ConfigMaps were looked at a few minutes before somebody edits one badly."""
    story = await tell(seed=SEED, **policy)
    await Recorder(story.ports, also=(story.stage.world.namespace,)).round()
    story.stage.later(300)
    before = {name: dict(config.data) for name, config in story.stage.world.configs.items()}
    story.happens("config_change")
    return story, before[story.truth.blamed.name]


async def test_what_the_configmap_held_before_the_bad_edit_is_put_back_and_the_service_recovers(tell):
    story, before = await recorded(tell)
    await story.alerted()
    question = await story.asked()
    assert isinstance(question.action, RestoreConfig)
    assert question.action.target == story.truth.blamed
    assert isinstance(question.undo, RestoreConfig)
    (then,) = question.then
    assert isinstance(then.action, Restart)
    assert then.undo == then.action, "taken back, the pods have to read it again as well"
    assert question.playbook == "restore-config"
    await story.approve()
    report = await story.closed()
    assert confirmed(report).cause == "config-change"
    assert story.stage.world.configs[story.truth.blamed.name].data == before
    assert [change.kind for change in story.effects()] == [ChangeKind.CONFIG, ChangeKind.RESTART]
    assert report.verification.kind is VerificationKind.RECOVERED
    assert report.incident.resolution is Resolution.RECOVERED


async def test_without_a_content_from_before_nothing_is_asked_and_the_reason_is_said(tell):
    story = await tell("config_change", SEED)
    await story.alerted()
    report = await story.closed()
    assert confirmed(report).cause == "config-change"
    assert report.proposal is None
    assert report.incident.resolution is Resolution.ADVISED
    assert any("no content from before the change is recorded" in step for step in report.next_steps)
    assert story.effects() == []


async def test_what_somebody_edits_while_the_question_is_open_is_asked_about_anew_and_never_overwritten(tell):
    story, _ = await recorded(tell)
    await story.alerted()
    first = await story.asked()
    name, key = story.truth.blamed.name, next(iter(story.stage.world.configs[story.truth.blamed.name].data))
    story.stage.world.write_config(name, {**story.stage.world.configs[name].data, key: "by hand"})
    await story.approve(first)
    report = await story.incident()
    await story.until(lambda: _over_or_asked(story, first), "it is asked anew or closed")
    assert report.phase is not Phase.VERIFY
    assert story.stage.world.configs[name].data[key] == "by hand"
    assert story.effects() == []


async def _over_or_asked(story, first):
    pending = await story.daemon.pending(story.incident_id)
    closed = (await story.incident()).phase.closed()
    return closed or any(each.digest != first.digest for each in pending) or None


async def test_a_recording_of_it_comes_to_the_same_proposal_again(tell):
    story, _ = await recorded(tell)
    await story.alerted()
    question = await story.asked()

    async def waiting():
        return await story.report() if (await story.incident()).phase is Phase.WAITING else None

    given = await story.until(waiting, "the question is part of the report")
    again = await replay(await story.daemon.snapshot(story.incident_id))
    assert again.report.proposal == given.proposal
    assert again.report.proposal.action == question.action
    assert again.unrecorded == []


async def test_half_a_treatment_is_taken_back_when_the_other_half_cannot_be_done(tell):
    story, _ = await recorded(tell)
    bad = dict(story.stage.world.configs[story.truth.blamed.name].data)
    await story.alerted()
    question = await story.asked()
    (then,) = question.then
    story.on(Topic.ACTION, lambda: story.stage.world.scale(then.action.target.name, 7, actor="kubectl"))
    await story.approve(question)
    report = await story.closed()
    assert story.stage.world.configs[story.truth.blamed.name].data == bad
    assert [change.kind for change in story.effects()] == [ChangeKind.CONFIG, ChangeKind.CONFIG]
    assert report.incident.resolution is Resolution.HANDED_OVER
    told = " ".join(report.next_steps)
    assert f"{then.action} was not done" in told
    assert f"{question.action} was taken back" in told
