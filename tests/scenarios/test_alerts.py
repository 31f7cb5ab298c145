"""Whatever alert managers deliver, and in whatever order: one incident for one trouble, and never a guess about whom it is."""

from datetime import timedelta

import pytest

from agent.model.incident import Resolution
from agent.model.report import Conclusion
from tests.simulation.stage import START
from tests.story import an_alert


async def test_an_alert_without_service_labels_becomes_an_incident_that_says_what_was_looked_for(tell):
    story = await tell("bad_release")
    await story.receives([an_alert("DiskFull", instance="node-7")])
    report = await story.closed()
    assert report.incident.service is None
    assert "namespace + service" in report.incident.unresolved
    assert "instance" in report.incident.unresolved
    assert report.conclusion is Conclusion.BLIND
    assert report.incident.unresolved in report.summary
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert report.hypotheses == []
    assert story.metrics.asked == story.cluster.asked == []


@pytest.mark.parametrize("labels", [{"namespace": "shop", "service": "chekout"}, {"namespace": "nowhere", "job": "x"}])
async def test_a_service_that_does_not_exist_is_named_as_not_found_and_nothing_is_guessed(tell, labels):
    story = await tell("bad_release")
    await story.receives([an_alert(at=story.stage.clock.now(), **labels)])
    report = await story.closed()
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert report.hypotheses == []
    assert report.proposal is None
    assert any(list(labels.values())[1] in step for step in report.next_steps), report.next_steps
    assert story.effects() == []


async def test_duplicates_and_repetitions_are_one_incident_that_is_worked_on_once(tell):
    story = await tell("bad_release")
    first = await story.alerted()
    for _ in range(3):
        assert await story.daemon.receive([*story.delivered, *story.delivered]) == [first]
    await story.approve()
    await story.closed()
    assert await story.daemon.receive(story.delivered) == [first]
    assert len(await story.daemon.incidents()) == 1
    assert len(story.effects()) == 1


async def test_several_alerts_of_one_service_are_one_incident(tell):
    story = await tell("bad_release")
    first = await story.alerted()
    more = [an_alert(name, at=story.stage.clock.now(), namespace="shop", service="checkout") for name in ("A", "B")]
    assert await story.daemon.receive(more) == [first]
    assert len((await story.incident()).alerts) == 3
    assert len(await story.daemon.incidents()) == 1


async def test_resolved_before_firing_is_one_incident_and_the_late_firing_says_nothing_new(tell):
    story = await tell()
    labels = {"namespace": "shop", "service": "checkout"}
    began = START - timedelta(minutes=5)
    first = await story.receives([an_alert(at=began, status="resolved", **labels)])
    assert await story.daemon.receive([an_alert(at=began, **labels)]) == [first]
    report = await story.closed()
    assert report.incident.resolution is Resolution.NOISE
    assert not report.incident.firing
    assert len(await story.daemon.incidents()) == 1


async def test_an_alert_that_fires_while_nothing_burns_is_looked_into_and_nothing_is_blamed(tell):
    story = await tell()
    await story.receives([an_alert(at=START, namespace="shop", service="checkout")])
    report = await story.closed()
    assert not any(h.verdict == "confirmed" for h in report.hypotheses)
    assert report.proposal is None
    assert story.effects() == []


async def test_a_new_firing_after_the_end_is_a_new_incident_and_the_old_one_stays_as_it_was(tell):
    story = await tell("bad_release")
    first = await story.alerted()
    await story.approve()
    closed = (await story.closed()).incident
    later = an_alert(at=story.stage.clock.now(), namespace="shop", service="checkout")
    second = await story.receives([later])
    assert second != first
    assert await story.ports.store.incidents.get(first) == closed


async def test_the_resolution_of_an_alert_reaches_the_incident_while_it_is_worked_on(tell):
    story = await tell("bad_release")
    first = await story.alerted()
    await story.asked()
    (alert,) = story.delivered
    over = alert.evolve(status="resolved", ends_at=story.stage.clock.now())
    assert await story.daemon.receive([over]) == [first]
    assert not (await story.incident()).firing
    await story.approve()
    assert (await story.closed()).incident.resolution is Resolution.RECOVERED


async def test_two_services_in_trouble_are_two_incidents_and_each_is_worked_on(tell):
    story = await tell("bad_release")
    first = await story.alerted()
    other = an_alert(at=story.stage.clock.now(), namespace="shop", service="catalog")
    (second,) = await story.daemon.receive([other])
    assert second != first
    await story.approve()
    await story.closed()
    story.incident_id = second
    report = await story.closed()
    assert report.incident.service.name == "catalog"
    assert report.proposal is None
