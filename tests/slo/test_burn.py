"""The workbook's table: factors, windows, and what measured error ratios make of them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.slo import Severity
from agent.slo.burn import BUDGET_ROWS, burn, burn_rate, factor, windows
from tests.reasoning.builders import slo

NOON = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
SLO = slo(objective=0.999)


@pytest.mark.parametrize(
    ("days", "factors"), [(30, [14.4, 6, 3, 1]), (28, [13.44, 5.6, 2.8, 0.933]), (7, [3.36, 1.4, 0.7, 0.233])]
)
def test_the_factors_follow_from_the_period(days, factors):
    readings = burn(SLO.evolve(period_days=days), {}, NOON).readings
    assert [reading.factor for reading in readings] == pytest.approx(factors, abs=0.001)


def test_two_percent_of_the_budget_in_an_hour_is_fourteen_point_four():
    assert factor(0.02, 3600, 30) == pytest.approx(14.4)


@pytest.mark.parametrize(
    ("ratio", "objective", "rate"), [(0.001, 0.999, 1), (0.0144, 0.999, 14.4), (0.5, 0.9, 5), (0, 0.99, 0)]
)
def test_a_burn_rate_is_the_error_ratio_over_what_the_objective_allows(ratio, objective, rate):
    assert burn_rate(ratio, objective) == pytest.approx(rate)


def test_every_short_window_is_a_twelfth_of_its_long_one_and_all_are_asked_for():
    assert all(long == 12 * short for _, _, long, short in BUDGET_ROWS)
    assert windows() == [300, 1800, 3600, 7200, 21600, 86400, 259200]


def test_a_fast_burn_pages():
    measured = burn(SLO, dict.fromkeys(windows(), 0.02), NOON)
    assert measured.severity is Severity.PAGE
    assert measured.worst == pytest.approx(20)


def test_a_slow_burn_is_a_ticket():
    assert burn(SLO, dict.fromkeys(windows(), 0.002), NOON).severity is Severity.TICKET


def test_a_burn_within_the_budget_is_nothing():
    measured = burn(SLO, dict.fromkeys(windows(), 0.0009), NOON)
    assert measured.severity is None
    assert measured.worst == pytest.approx(0.9)


def test_a_burn_that_is_over_does_not_page_any_more():
    assert burn(SLO, {3600: 0.05, 300: 0.0, 21600: 0.01, 1800: 0.0}, NOON).severity is None


def test_a_window_without_data_stays_unknown_and_never_fires():
    measured = burn(SLO, {3600: None, 300: 0.5}, NOON)
    assert (measured.readings[0].long_burn, measured.readings[1].long_burn) == (None, None)
    assert measured.readings[0].short_burn == pytest.approx(500)
    assert measured.severity is None


def test_nothing_measured_is_not_a_burn_of_zero():
    assert burn(SLO, {}, NOON).worst is None


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.5, 0.9999))
def test_more_errors_never_burn_less(one, other, objective):
    low, high = sorted([one, other])
    assert burn_rate(low, objective) <= burn_rate(high, objective)
