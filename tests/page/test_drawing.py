import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cli.page.drawing import Scale, apart, ceiling, levels, short, stroke, time_ticks


@given(st.floats(1e-9, 1e9))
def test_the_top_of_a_scale_is_round_and_not_far_above_the_highest_value(value):
    assert value * 0.999 <= ceiling(value) <= value * 2.5001


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_a_scale_has_a_top_whatever_is_drawn(value):
    assert ceiling(value) == 1


@pytest.mark.parametrize(("high", "expected"), [(0.2, [0, 0.05, 0.1, 0.15, 0.2]), (0.5, [0, 0.1, 0.2, 0.3, 0.4, 0.5])])
def test_levels_are_round(high, expected):
    assert levels(high) == pytest.approx(expected)


def test_a_scale_holds_values_within_the_chart():
    scale = Scale(0, 10, 100, 0)
    assert [scale(v) for v in (-5, 0, 5, 10, 50)] == [100, 100, 50, 0, 0]
    assert Scale(3, 3, 7, 9)(3) == 7


@given(st.integers(0, 2_000_000_000), st.floats(1, 1e7), st.integers(2, 12))
def test_ticks_are_few_in_order_and_within(start, span, most):
    ticks = time_ticks(start, start + span, most)
    assert ticks == sorted(ticks)
    assert len(ticks) <= most + 1
    assert all(start <= tick <= start + span for tick in ticks)


@given(st.lists(st.floats(0, 200), max_size=8))
def test_labels_keep_apart_and_in_order(wanted):
    placed = apart(wanted, 17, 0, 200)
    ordered = sorted(placed)
    assert all(b - a >= 17 - 1e-6 for a, b in itertools.pairwise(ordered))
    assert [placed[i] for i in sorted(range(len(wanted)), key=lambda i: wanted[i])] == ordered


@pytest.mark.parametrize(
    ("points", "path"),
    [
        ([(0, 1), (2, 3)], "M0 1L2 3"),
        ([(0, 1), None, (2, 3), (4, 5)], "M0 1h0M2 3L4 5"),
        ([(0, 1), (2, 3), None], "M0 1L2 3"),
    ],
)
def test_a_line_is_broken_where_nothing_was_measured(points, path):
    assert f'd="{path}"' in stroke(points, "x")


def test_nothing_measured_is_no_line():
    assert stroke([None, None], "x") == ""


def test_a_label_that_does_not_fit_ends_in_an_ellipsis():
    assert short("release 7 of checkout", 63) == "release 7…"
    assert short("release 7", 630) == "release 7"
