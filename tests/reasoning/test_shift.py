"""When a course left its level."""

import random

import pytest

from agent.model.entity import ServiceRef
from agent.model.signal import Signal, SignalKind
from agent.reasoning.shift import shift


def signal(values):
    return Signal(
        service=ServiceRef(namespace="shop", name="till"),
        kind=SignalKind.ERRORS,
        name="errors",
        times=[60.0 * n for n in range(len(values))],
        values=[float(v) for v in values],
    )


COURSES = {
    "a step up": ([1, 2] * 30 + [40] * 8, 60, True),
    "a step down": ([50] * 60 + [10] * 10, 60, False),
    "from nothing": ([0] * 60 + [3] * 5, 60, True),
    "a ramp": ([10] * 60 + [10 + 6 * n for n in range(1, 12)], 60, True),
}


@pytest.mark.parametrize("what", COURSES)
def test_the_moment_and_the_direction_are_found(what):
    values, at, up = COURSES[what]
    found = shift(signal(values))
    assert found is not None
    assert found.up is up
    assert abs(found.at.timestamp() / 60 - at) <= 2


@pytest.mark.parametrize("values", [[5] * 60, [5] * 3, [], [1, 2] * 40, [1, 2] * 30 + [50] + [1, 2] * 10])
def test_level_noise_and_a_spike_that_passed_are_no_shift(values):
    assert shift(signal(values)) is None


def test_noise_alone_is_rarely_a_shift():
    dice = random.Random(4)
    found = [shift(signal([100 + dice.gauss(0, 5) for _ in range(100)])) for _ in range(50)]
    assert sum(one is not None and one.factor > 1.3 for one in found) == 0
