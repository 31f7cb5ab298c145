"""Sources that go away in the middle: what could not be seen is said, and nothing is concluded from silence."""

import pytest

from agent.model.hypothesis import Verdict
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.report import Conclusion
from tests.story import confirmed


async def settled(story):
    """The report, whether the incident ends by itself or waits for a person."""

    async def look():
        asked, phase = await story.daemon.pending(), (await story.incident()).phase
        return asked or phase.closed() or None

    await story.until(look, "it is settled")
    return await story.report()


@pytest.mark.parametrize("scenario", ["bad_release", "innocent_release", "dependency_down", "nothing_visible"])
async def test_metrics_that_go_away_in_the_middle_are_named_in_coverage_and_nothing_but_the_truth_is_confirmed(
    tell, scenario
):
    story = await tell(scenario)
    await story.alerted()
    story.on(Topic.BURN, story.metrics.fail)
    report = await settled(story)
    (metrics,) = [item for item in report.coverage.items if item.source == "metrics"]
    assert 0 < metrics.missing < 1
    assert any("connection refused" in gap for gap in metrics.gaps)
    assert any("not visible: metrics" in step for step in report.next_steps), report.next_steps
    assert report.confidence < 0.9
    assert {h.cause for h in report.hypotheses if h.verdict is Verdict.CONFIRMED} <= {story.truth.cause}
    assert story.effects() == []


async def test_without_metrics_from_the_start_it_is_blind_and_says_so(tell):
    story = await tell("bad_release")
    story.metrics.fail()
    await story.alerted()
    report = await story.closed()
    assert report.conclusion is Conclusion.BLIND
    assert "connection refused" in report.summary
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert story.effects() == []


@pytest.mark.parametrize("scenario", ["bad_release", "innocent_release", "dependency_down"])
async def test_without_the_cluster_no_release_is_blamed_and_nothing_is_proposed(tell, scenario):
    story = await tell(scenario)
    story.cluster.fail()
    await story.alerted()
    report = await story.closed()
    assert not any(h.cause == "bad-release" and h.verdict is Verdict.CONFIRMED for h in report.hypotheses)
    assert report.proposal is None
    assert report.coverage.cap < 0.9
    assert story.effects() == []


async def test_metrics_that_come_back_before_the_next_round_are_used(tell):
    story = await tell("innocent_release")
    await story.alerted()
    story.on(Topic.BURN, story.metrics.fail)

    def comes_back():
        story.metrics.down = False

    story.on(Topic.VERDICT, comes_back)
    report = await story.closed()
    assert report.conclusion is Conclusion.CONFIRMED
    assert confirmed(report).cause == "dependency-down"
    assert len(await story.said(Topic.VERDICT)) == 2


async def test_a_target_that_cannot_be_previewed_is_not_acted_on(tell):
    story = await tell("bad_release", seed=3)
    await story.alerted()
    deployment = story.stage.world.deployment("checkout")

    def old_revision_is_gone():
        deployment.sets = [deployment.current]

    story.on(Topic.VERDICT, old_revision_is_gone)
    report = await story.closed()
    assert report.conclusion is Conclusion.CONFIRMED
    assert report.proposal is None
    assert any("existing revisions" in step for step in report.next_steps), report.next_steps
    assert report.incident.resolution is Resolution.ADVISED
