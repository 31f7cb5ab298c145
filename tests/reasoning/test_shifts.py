"""What moved together, and whose measurements moved furthest for the worse."""

import pytest

from agent.model.signal import SignalKind
from agent.reasoning.shifts import by_service, moved
from tests.reasoning.signal_makers import BEGAN, END, ref, signal

CPU, MEMORY, TRAFFIC = SignalKind.CPU, SignalKind.MEMORY, SignalKind.TRAFFIC


def first(*signals, started=BEGAN):
    found = by_service(moved(list(signals), started, END))
    return next(iter(found), None)


def test_the_service_whose_signal_moved_furthest_for_the_worse_comes_first():
    assert first(signal("a", CPU, 1, 1.2), signal("b", CPU, 1, 50), signal("c", CPU, 1, 1)) == ref("b")


def test_what_got_better_is_not_blamed_however_far_it_moved():
    assert first(signal("a", MEMORY, 900, 100), signal("b", CPU, 1, 3)) == ref("b")


def test_significant_but_hardly_different_counts_less_than_large():
    assert first(signal("a", MEMORY, 1000, 1020, noise=0.0001), signal("b", MEMORY, 10, 40)) == ref("b")


def test_the_start_need_not_be_known():
    assert first(signal("a", CPU, 1, 9), signal("b", CPU, 1, 1), started=END) == ref("a")


def test_the_onset_is_the_one_that_most_agree_on():
    late = signal("x", CPU, 1, 1).evolve(values=[1.0] * 117 + [2.0] * 4)
    rows = moved([signal("a", CPU, 1, 9), signal("b", CPU, 1, 9), late], BEGAN, END)
    assert rows[0].shift.onset == BEGAN


def test_where_nothing_moved_nobody_is_named():
    assert first(signal("a", CPU, 1, 1), signal("b", MEMORY, 5, 5)) is None


@pytest.mark.parametrize("kind", [SignalKind.AVAILABILITY, SignalKind.EXPIRY])
def test_less_of_some_things_is_worse(kind):
    assert first(signal("a", kind, 100, 60)) == ref("a")
    assert first(signal("a", kind, 60, 100)) is None


def test_more_and_less_traffic_both_may_matter_but_half_as_much():
    rows = moved([signal("a", TRAFFIC, 10, 90), signal("b", CPU, 10, 90)], BEGAN, END)
    assert [row.service for row in rows] == [ref("b"), ref("a")]
    assert first(signal("a", TRAFFIC, 90, 10)) == ref("a")
