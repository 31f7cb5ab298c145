"""Every incident the simulated shop can have ends as its truth says: the right cause and action, or an honest abstention."""

import pytest

from agent.model.action import Restart, Rollback
from agent.model.hypothesis import Verdict
from agent.model.incident import Phase, Resolution
from agent.model.report import Conclusion
from tests.story import confirmed

SEEDS = [3, 4]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("scenario", "culprit"), [("bad_release", "checkout"), ("bad_dependency_release", "payments")])
async def test_a_bad_release_is_blamed_rolled_back_to_the_revision_before_it_and_recovers(
    tell, scenario, culprit, seed
):
    story = await tell(scenario, seed)
    revisions = {s.number: s.template_hash for s in story.stage.world.deployment(culprit).sets}
    (change,) = story.stage.world.chronicle.changes(story.truth.begins_at, story.truth.begins_at)
    await story.alerted()
    question = await story.asked()
    assert question.action == Rollback(
        target=story.truth.blamed,
        to_revision=change.from_revision,
        template_hash=revisions[change.from_revision],
    )
    await story.approve()
    report = await story.closed()
    assert confirmed(report).cause == story.truth.cause
    assert confirmed(report).change == change.id
    assert report.incident.resolution is Resolution.RECOVERED
    assert report.verification.burn_after < 1 < report.verification.burn_before
    assert len(story.effects()) == 1
    assert story.stage.world.deployment(culprit).current.template_hash == revisions[change.from_revision]


@pytest.mark.parametrize("seed", SEEDS)
async def test_an_innocent_release_is_cleared_by_name_and_nobody_is_asked_to_roll_it_back(tell, seed):
    story = await tell("innocent_release", seed)
    await story.alerted()
    report = await story.closed()
    (release,) = [h for h in report.hypotheses if h.cause == "bad-release"]
    assert release.verdict is Verdict.REFUTED
    assert confirmed(report).cause == "dependency-down"
    assert confirmed(report).entity.name == story.truth.entity.name
    assert report.proposal is None
    assert "Cleared: " in report.summary
    assert report.incident.resolution is Resolution.ADVISED
    assert any(story.truth.entity.name in step for step in report.next_steps)
    assert story.effects() == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_dependency_that_fails_by_itself_is_never_answered_with_a_rollback(tell, seed):
    story = await tell("dependency_down", seed)
    await story.alerted()
    report = await story.closed()
    assert {h.cause for h in report.hypotheses if h.verdict is Verdict.CONFIRMED} <= {"dependency-down"}
    assert report.proposal is None
    assert story.effects() == []
    assert report.incident.resolution in (Resolution.ADVISED, Resolution.HANDED_OVER)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_configuration_change_is_advised_about_and_no_release_is_blamed_for_it(tell, seed):
    story = await tell("config_change", seed)
    await story.alerted()
    report = await story.closed()
    stands = confirmed(report)
    assert stands is None or stands.cause == "config-change"
    assert report.proposal is None
    assert story.effects() == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_memory_that_runs_out_is_recognised_and_a_restart_offered_with_the_warning_that_it_has_no_undo(
    tell, seed
):
    story = await tell("oom", seed)
    await story.alerted()
    question = await story.asked()
    assert question.action == Restart(target=story.truth.entity)
    assert question.undo is None
    assert "no undo" in question.blast_radius
    await story.approve()
    report = await story.closed()
    assert confirmed(report).cause == "resource-exhaustion"
    assert len(story.effects()) == 1
    assert report.incident.resolution in (Resolution.RECOVERED, Resolution.HANDED_OVER)


@pytest.mark.parametrize("seed", SEEDS)
async def test_where_nothing_is_visible_nothing_is_blamed_and_the_person_is_told_what_was_ruled_out(tell, seed):
    story = await tell("nothing_visible", seed)
    await story.alerted()
    report = await story.closed()
    assert confirmed(report) is None
    assert report.conclusion is Conclusion.INCONCLUSIVE
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert report.proposal is None
    assert "nothing is blamed" in report.summary
    assert story.effects() == []


async def test_every_phase_is_entered_in_order_and_the_incident_is_closed_when_it_is_over(tell):
    story = await tell("bad_release")
    await story.alerted()
    await story.asked()
    assert (await story.incident()).phase in (Phase.PROPOSE, Phase.WAITING)
    await story.approve()
    incident = (await story.closed()).incident
    assert incident.phase is Phase.CLOSED
    assert incident.closed_at >= incident.opened_at
    (memory,) = await story.ports.store.memory.recall(incident.service)
    assert memory.incident_id == incident.id
    assert memory.cause == "bad-release"
    assert memory.decision == "approved"
    assert memory.verification.startswith("recovered")
