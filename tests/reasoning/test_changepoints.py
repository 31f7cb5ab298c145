"""Change points: what is a shift, what is none, and how often chance passes for one."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.reasoning.changepoints import find, measure, rates

N, AT = 120, 80
DAY = 288


def noise(seed: int = 1, size: int = N) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=size)


def step(size: float, at: int = AT) -> np.ndarray:
    return noise() + size * (np.arange(N) >= at)


def found(values, **how):
    return find([float(60 * place) for place in range(len(values))], [float(v) for v in values], **how)


SHIFTS = {
    "a step up": (step(6), 1),
    "a step down": (step(-6), -1),
    "a step of a noiseless course": (np.where(np.arange(N) >= AT, 7.0, 5.0), 1),
    "a constant zero that is zero no more": (np.where(np.arange(N) >= AT, 1e-9, 0.0), 1),
    "a step with gaps around it": (np.where(np.arange(N) % 3 == 0, np.nan, step(8)), 1),
    "a step amid outliers": (step(8) + 100 * (np.arange(N) % 29 == 5), 1),
    "a step of few samples at the end": (step(8, at=N - 6), 1),
}


@pytest.mark.parametrize("name", SHIFTS)
def test_a_shift_is_found_where_it_is_and_in_its_direction(name):
    values, direction = SHIFTS[name]
    shift = found(values)
    assert shift is not None
    assert shift.direction == direction
    assert math.copysign(1, shift.size) == direction
    assert 3 < abs(shift.size) < math.inf
    at = N - 6 if "few" in name else AT
    assert abs(shift.onset.timestamp() / 60 - at) <= 3
    assert shift.uncertain_seconds >= 60


QUIET = {
    "nothing": noise(),
    "a constant": np.full(N, 4.0),
    "a single spike": noise() + 40 * (np.arange(N) == AT),
    "a spike at the very end": noise() + 40 * (np.arange(N) == N - 1),
    "noise that grows": noise() * np.where(np.arange(N) >= AT, 5, 1),
    "too few samples": np.array([1.0, 9.0, 1.0]),
    "no samples": np.array([]),
    "only gaps": np.full(N, np.nan),
    "a daily wave": np.sin(np.arange(3 * DAY) * 2 * np.pi / DAY) + 0.05 * noise(size=3 * DAY),
}


@pytest.mark.parametrize("name", [name for name in QUIET if name != "a daily wave"])
def test_what_is_no_shift_is_none(name):
    assert found(QUIET[name]) is None


def test_a_ramp_is_a_shift_that_begins_within_it():
    shift = found(noise() * 0.3 + np.clip(np.arange(N) - AT, 0, 20))
    assert shift is not None
    assert AT <= shift.onset.timestamp() / 60 <= AT + 20


def test_what_every_day_does_at_this_hour_counts_as_nothing():
    minutes = np.arange(3 * 1440, step=5)
    backup = ((minutes % 1440) >= 1380).astype(float) * 50
    course = backup + noise(size=len(minutes))
    usual = measure([60.0 * m for m in minutes], course.tolist(), 60.0 * (2 * 1440 + 1380))
    unusual = measure(
        [60.0 * m for m in minutes], (course + 50 * (minutes >= 2 * 1440 + 1380)).tolist(), 60.0 * (2 * 1440 + 1380)
    )
    assert abs(usual.size) < 3
    assert unusual.size > 10


def test_the_latest_of_several_shifts_is_told_with_the_level_just_before_it():
    shift = found(step(10, at=40) + 10 * (np.arange(N) >= AT))
    assert shift.before == pytest.approx(10, abs=1)
    assert shift.after == pytest.approx(20, abs=1)


def test_only_shifts_within_the_bounds_are_looked_for():
    assert found(step(10), since=60.0 * (AT + 10)) is None
    assert found(step(10), until=60.0 * (AT - 10)) is None
    assert found(step(10), since=60.0 * (AT - 5), until=60.0 * (AT + 5)) is not None


def test_a_single_look_at_quiet_courses_seldom_finds_anything_whatever_their_shape():
    chance = np.random.default_rng(7)
    shapes = {
        "white": lambda: chance.normal(size=60),
        "heavy-tailed": lambda: chance.standard_t(3, size=60),
        "skewed": lambda: chance.exponential(size=60),
        "rare counts": lambda: chance.poisson(0.3, size=60),
        "slowly wandering": lambda: np.convolve(chance.normal(size=64), np.ones(5) / 5, mode="valid"),
    }
    for name, shape in shapes.items():
        alarms = sum(found(shape()) is not None for _ in range(200))
        assert alarms <= 20, f"{name}: {alarms} of 200"


def test_looking_at_more_series_asks_for_more():
    small = step(1.3)
    assert found(small) is not None
    assert found(small, series=10**9) is None


@settings(max_examples=60, deadline=None)
@given(scale=st.floats(1e-6, 1e6), move=st.floats(-1e3, 1e3), size=st.floats(3, 20))
def test_scale_and_level_of_a_course_do_not_matter(scale, move, size):
    plain, other = found(step(size)), found((step(size) + move) * scale)
    assert (plain.onset, plain.direction) == (other.onset, other.direction)
    assert other.size == pytest.approx(plain.size, rel=1e-3)


@settings(max_examples=40, deadline=None)
@given(size=st.floats(3, 20))
def test_a_course_upside_down_shifts_the_other_way_as_far(size):
    plain, other = found(step(size)), found(-step(size))
    assert other.onset == plain.onset
    assert other.size == pytest.approx(-plain.size)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.floats(), st.none()), max_size=40))
def test_no_course_breaks_it(values):
    cleaned = [float("nan") if v is None else v for v in values]
    shift = found(cleaned)
    assert shift is None or shift.support >= 2


def test_a_counter_grows_per_second_and_a_reset_is_a_gap():
    times, grown = rates([0, 10, 20, 30, 40], [100, 110, 130, 5, 15])
    assert times == [10, 20, 40]
    assert grown == [1, 2, 1]


def test_the_order_of_magnitude_of_a_shift_of_a_constant_is_bounded():
    values = [0.0] * 50 + [random.Random(3).random() + 1 for _ in range(20)]
    assert 10 < found(values).size < 10_000
