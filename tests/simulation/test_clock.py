import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from agent.ports import Clock
from integrations.simulation.clock import AcceleratedClock, ManualClock

START = datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_both_are_clocks():
    clocks: list[Clock] = [AcceleratedClock(START, 10), ManualClock(START)]
    assert all(clock.now() >= START for clock in clocks)


async def test_a_manual_clock_stands_still_until_it_is_slept_by_or_pushed():
    clock = ManualClock(START)
    assert clock.now() == START
    await clock.sleep(90)
    clock.push(30)
    assert clock.now() == START + timedelta(minutes=2)


async def test_sleeping_by_a_manual_clock_lets_others_run():
    clock, seen = ManualClock(START), []

    async def other():
        seen.append(clock.now())

    task = asyncio.create_task(other())
    await clock.sleep(5)
    await task
    assert seen == [START]


async def test_an_accelerated_clock_sleeps_as_much_shorter_as_it_runs_faster():
    clock, begun = AcceleratedClock(START, 1000), time.monotonic()
    before = clock.now()
    await clock.sleep(100)
    passed = (clock.now() - before).total_seconds()
    assert passed >= 100
    assert passed == pytest.approx((time.monotonic() - begun) * 1000, rel=0.5)


@pytest.mark.parametrize("speed", [0, -1])
def test_a_clock_that_would_not_run_is_refused(speed):
    with pytest.raises(ValueError, match="positive number of virtual seconds"):
        AcceleratedClock(START, speed)


def test_time_does_not_run_back():
    with pytest.raises(ValueError, match="cannot be pushed back"):
        ManualClock(START).push(-1)
