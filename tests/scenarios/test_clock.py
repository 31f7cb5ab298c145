"""A clock that is set wrong in the middle of an incident: what is measured at the wrong time never says that it helped."""

import dataclasses
from datetime import timedelta

import pytest

from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.verification import VerificationKind


class Wrong:
    """A clock that can be set."""

    def __init__(self, clock):
        self._clock, self.off = clock, timedelta(0)

    def now(self):
        return self._clock.now() + self.off

    async def sleep(self, seconds):
        await self._clock.sleep(seconds)


@pytest.fixture
def wrong():
    """Puts a clock that can be set between a daemon and the world."""
    made = []

    def around(ports, saver):
        made.append(Wrong(ports.clock))
        return dataclasses.replace(ports, clock=made[0]), saver

    return made, around


@pytest.mark.parametrize("back", [timedelta(minutes=30), timedelta(hours=2), timedelta(days=3)])
async def test_a_clock_set_back_after_an_action_that_does_not_help_does_not_make_it_recovered(tell, wrong, back):
    clocks, around = wrong
    story = await tell("bad_release", 3, around=around)
    await story.alerted()

    def goes_wrong():
        story.stage.world.spoil("checkout", 0.4)
        clocks[0].off = -back

    story.on(Topic.ACTION, goes_wrong)
    await story.approve()
    report = await story.closed()
    assert report.verification.kind is VerificationKind.CANNOT_TELL
    assert "a clock is wrong" in report.verification.reason
    assert report.incident.resolution is Resolution.HANDED_OVER


async def test_a_clock_that_was_ahead_when_the_window_was_chosen_makes_nobody_wait_for_days(tell, wrong):
    clocks, around = wrong
    story = await tell("bad_release", 3, around=around)
    await story.alerted()
    begun = story.stage.clock.now()

    def ahead():
        clocks[0].off = timedelta(days=3)
        story.on(Topic.VERIFYING, right)

    def right():
        clocks[0].off = timedelta(0)

    story.on(Topic.ACTION, ahead)
    await story.approve()
    report = await story.closed()
    assert story.stage.clock.now() - begun < timedelta(hours=2)
    assert report.incident.resolution in (Resolution.RECOVERED, Resolution.HANDED_OVER)
