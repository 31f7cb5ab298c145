"""The same graph on a recording comes to the same report, byte for byte."""

import pytest

from agent import wiring
from agent.cli.investigate import read_only
from agent.errors import Refused
from agent.model.incident import Phase, Resolution
from agent.model.playbook import Autonomy
from agent.model.question import Gap
from agent.replay import replay
from agent.settings import Settings
from integrations.recording import archive
from tests.recording.records import blinded, investigated
from tests.scenarios.test_setbacks import remembered
from tests.story import Story
from tests.trust.test_misleading_recurrence import it_was_always


async def same(snapshot):
    """The replay, held to the recorded report."""
    found = await replay(archive.unpack(archive.pack(snapshot), "a.steadyhand"))
    assert found.report.model_dump_json() == snapshot.report.model_dump_json()
    assert found.unrecorded == []
    return found


def a_house(**budget):
    house = read_only(wiring.rules(Settings()), past=False)
    return house.evolve(budget=house.budget.evolve(**budget))


@pytest.mark.parametrize("scenario", ["bad_release", "innocent_release"])
@pytest.mark.parametrize("seed", [3, 21])
async def test_an_investigation_replays_byte_for_byte(scenario, seed, tmp_path):
    found = await same(await investigated(tmp_path, scenario, seed))
    assert found.report.conclusion == "confirmed"


async def test_one_that_sees_little_replays_with_every_round_it_took(tmp_path):
    snapshot = await investigated(
        tmp_path, "bad_release", 3, dress=blinded("changes", "revisions", "pods"), house=a_house(rounds=3)
    )
    assert [moment.step for moment in snapshot.moments].count("gather") == 3
    found = await same(snapshot)
    assert found.report.conclusion == "inconclusive"
    assert {"gather:3", "examine:3", "escalate:1"} <= set(found.steps)


async def test_one_without_metrics_is_as_blind_again(tmp_path):
    snapshot = await investigated(tmp_path, "bad_release", 3, dress=blinded("instant", "range", "series"))
    assert (await same(snapshot)).report.conclusion == "blind"


@pytest.mark.parametrize("budget", [{"questions": 25}, {"seconds": 1, "pause_seconds": 2, "rounds": 3}])
async def test_a_budget_that_ends_an_investigation_ends_its_replay(budget, tmp_path):
    await same(await investigated(tmp_path, "bad_release", 3, house=a_house(**budget)))


async def test_what_was_remembered_is_remembered(tmp_path):
    before = await investigated(tmp_path / "before", "bad_release", 30)
    snapshot = await investigated(
        tmp_path / "after", "bad_release", 30, memories=it_was_always("dependency-down", before.incident.service)
    )
    assert len((await same(snapshot)).report.recalled) == 3


async def test_a_question_that_was_never_asked_is_a_gap(tmp_path):
    snapshot = await investigated(tmp_path, "bad_release", 3)
    kept = [item for item in snapshot.evidence if item.question.kind != "changes"]
    found = await replay(snapshot.evolve(evidence=kept))
    assert "changes" in {question.kind for question in found.unrecorded}
    told = [gap for item in found.report.coverage.items for gap in item.gaps]
    assert any("not in the recording" in gap for gap in told)


async def test_answers_of_another_kind_than_the_question_are_gaps(tmp_path):
    snapshot = await investigated(tmp_path, "bad_release", 3)
    pods = next(item.answer for item in snapshot.evidence if item.answer.kind == "pods")
    metrics = next(item.answer for item in snapshot.evidence if item.answer.kind == "metrics")
    mixed = [
        item if isinstance(item.answer, Gap) else item.evolve(answer=pods if item.source == "metrics" else metrics)
        for item in snapshot.evidence
    ]
    assert (await replay(snapshot.evolve(evidence=mixed))).report.conclusion == "blind"


async def test_what_was_known_after_a_step_holds_nothing_later(tmp_path):
    snapshot = await investigated(tmp_path, "bad_release", 3)
    known = {
        step: (await replay(snapshot, at=step)).report for step in ("triage", "gather", "hypothesize", "examine:1")
    }
    assert known["triage"].burn
    assert known["triage"].changes == []
    assert known["gather"].changes
    assert known["gather"].hypotheses == []
    assert known["hypothesize"].hypotheses
    assert not any(h.tests for h in known["hypothesize"].hypotheses)
    assert any(h.tests for h in known["examine:1"].hypotheses)
    assert known["examine:1"].proposal is None
    asked = [len(report.evidence) for report in known.values()]
    assert asked == sorted(asked)
    assert known["triage"].at < known["examine:1"].at < snapshot.report.at
    assert known["examine:1"].incident.phase is Phase.EXAMINE


async def test_a_step_the_investigation_never_came_to_is_refused_with_those_it_took(tmp_path):
    snapshot = await investigated(tmp_path, "bad_release", 3)
    with pytest.raises(Refused, match="never came to examine:7; its steps: triage:1, gather:1"):
        await replay(snapshot, at="examine:7")


# --- incidents of a daemon ---------------------------------------------------------------------------


@pytest.fixture
async def tell(tmp_path):
    story = await Story.begin(tmp_path, "bad_release", 3)
    await story.alerted()
    yield story
    await story.end()


async def recorded(story):
    return await story.daemon.snapshot(story.incident_id)


async def test_an_incident_that_waits_for_an_answer_replays_up_to_the_question(tell):
    await tell.asked()
    await tell.until(lambda: waiting(tell), "it waits")
    found = await same(await recorded(tell))
    assert found.report.proposal
    assert found.report.incident.phase is Phase.WAITING


async def waiting(story):
    return (await story.incident()).phase is Phase.WAITING or None


async def test_a_denial_is_replayed_with_its_reason(tell):
    await tell.asked()
    await tell.deny("not on a friday")
    await tell.closed()
    found = await same(await recorded(tell))
    assert "not on a friday" in " ".join(found.report.next_steps)
    assert found.steps[-2:] == ["escalate:1", "remember:1"]


async def test_what_was_done_is_quoted_and_not_done_again(tell):
    await tell.asked()
    await tell.approve()
    report = await tell.closed()
    assert report.incident.resolution is Resolution.RECOVERED
    found = await same(await recorded(tell))
    assert found.steps[-1] == "propose:1"
    assert found.report.verification.kind == "recovered"
    assert len(tell.effects()) == 1


async def test_what_was_done_alone_is_quoted_too(tmp_path):
    story = await Story.begin(tmp_path, "bad_release", 3, autonomy=Autonomy.ACT)
    story.house = story.house.evolve(
        playbooks=[playbook.evolve(autonomy=Autonomy.ACT) for playbook in story.house.playbooks]
    )
    await story.stop()
    await story.start()
    await story.alerted()
    await story.closed()
    found = await same(await recorded(story))
    assert found.report.decision.channel == "policy"
    await story.end()


async def undone(story):
    question = await story.asked()
    story.stage.world.spoil("checkout", 0.4)  # its requests fail for another reason now, which no rollback cures
    await story.approve(question)
    report = await story.closed()
    assert any("taken back" in told for told in report.next_steps)


async def test_an_undo_is_quoted(tmp_path):
    story = Story.given(tmp_path, "bad_release", 3)
    story.house = story.house.evolve(budget=story.house.budget.evolve(rounds=1))
    await story.start()
    await story.alerted()
    await undone(story)
    await same(await recorded(story))
    await story.end()


async def test_a_second_investigation_after_an_undo_is_refused_for_its_world_was_made_by_us(tell):
    await undone(tell)
    with pytest.raises(Refused, match="investigated anew after an action was undone"):
        await tell.daemon.snapshot(tell.incident_id)


async def test_what_is_not_begun_cannot_be_recorded_and_what_is_unknown_is_nothing(tmp_path):
    story = Story.given(tmp_path, "bad_release", 3)
    await story.start()
    assert await story.daemon.snapshot("inc-0") is None
    story.daemon._draining = True  # takes alerts in, and lets nobody work on them
    await story.alerted()
    with pytest.raises(Refused, match=r"nothing of .* was investigated yet"):
        await story.daemon.snapshot(story.incident_id)
    await story.end()


async def test_what_was_not_proposed_a_third_time_is_not_in_its_replay_either(tmp_path):
    story = Story.given(tmp_path, "bad_release", 3)
    await story.start()
    await remembered(story, 2)
    await story.alerted()
    report = await story.closed()
    assert report.proposal is None
    await same(await recorded(story))
    await story.end()
