"""Indicators as queries, and what burn readings amount to."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from agent.model.query import Aggregate, Matcher, MatchOp, Rate, Ratio, Raw, Select
from agent.model.slo import Burn, BurnReading, Severity, Sli, Slo
from tests.reasoning.builders import CHECKOUT

TOTAL = Select(metric="http_requests_total")
BAD = TOTAL.where(Matcher(label="code", op=MatchOp.REGEX, value="5.."))
GOOD = TOTAL.where(Matcher(label="code", op=MatchOp.NOT_REGEX, value="5.."))
RAW = Raw(promql="sum(rate(errors[{{.window}}])) + 0 * sum(rate(errors[{{.window}}]))")
NOON = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)


def over(select: Select, seconds: int, *by: str) -> Aggregate:
    return Aggregate(of=Rate(of=select, window_seconds=seconds), by=list(by))


def reading(severity: Severity, factor: float, long_burn: float | None, short_burn: float | None) -> BurnReading:
    return BurnReading(
        severity=severity,
        factor=factor,
        long_seconds=3600,
        short_seconds=300,
        long_burn=long_burn,
        short_burn=short_burn,
    )


def test_bad_over_total_is_the_error_ratio():
    sli = Sli(total=TOTAL, bad=BAD, why="")
    assert sli.error_ratio(300) == Ratio(numerator=over(BAD, 300), denominator=over(TOTAL, 300))


def test_good_over_total_is_complemented():
    sli = Sli(total=TOTAL, good=GOOD, why="")
    assert sli.error_ratio(300) == Ratio(numerator=over(GOOD, 300), denominator=over(TOTAL, 300), complement=True)


def test_bad_wins_where_both_are_given():
    assert Sli(total=TOTAL, bad=BAD, good=GOOD, why="").error_ratio(60).complement is False


def test_labels_split_numerator_and_denominator_alike():
    ratio = Sli(total=TOTAL, bad=BAD, why="").error_ratio(60, by=["pod"])
    assert (ratio.numerator, ratio.denominator) == (over(BAD, 60, "pod"), over(TOTAL, 60, "pod"))


def test_every_placeholder_of_a_users_own_query_gets_the_window():
    assert Sli(total=RAW, bad=RAW, why="").traffic(300) == Raw(
        promql="sum(rate(errors[300s])) + 0 * sum(rate(errors[300s]))"
    )


@pytest.mark.parametrize(
    ("sli", "splittable"),
    [
        (Sli(total=TOTAL, bad=BAD, why=""), True),
        (Sli(total=TOTAL, good=GOOD, why=""), True),
        (Sli(total=RAW, bad=RAW, why=""), False),
        (Sli(total=TOTAL, bad=RAW, why=""), False),
        (Sli(total=TOTAL, good=RAW, why=""), False),
        (Sli(total=RAW, bad=BAD, why=""), False),
    ],
)
def test_a_users_own_query_cannot_be_split_by_a_label(sli, splittable):
    assert sli.splittable is splittable


@pytest.mark.parametrize("objective", [0, 1, 1.5, -0.1, 99.9])
def test_an_objective_lies_strictly_between_zero_and_one(objective):
    with pytest.raises(ValidationError):
        Slo(name="x", service=CHECKOUT, objective=objective, sli=Sli(total=TOTAL, why=""))


@pytest.mark.parametrize(
    ("long_burn", "short_burn", "fires"),
    [(15, 15, True), (15, 14, False), (14, 15, False), (14.4, 14.4, False), (None, 20, False), (20, None, False)],
)
def test_a_row_fires_when_both_windows_exceed_the_factor(long_burn, short_burn, fires):
    assert reading(Severity.PAGE, 14.4, long_burn, short_burn).fires is fires


@pytest.mark.parametrize(
    ("rows", "severity"),
    [
        ([reading(Severity.TICKET, 1, 2, 2), reading(Severity.PAGE, 14.4, 20, 20)], Severity.PAGE),
        ([reading(Severity.PAGE, 14.4, 2, 2), reading(Severity.TICKET, 1, 2, 2)], Severity.TICKET),
        ([reading(Severity.PAGE, 14.4, None, None)], None),
        ([], None),
    ],
)
def test_page_comes_before_ticket_before_nothing(rows, severity):
    assert Burn(at=NOON, objective=0.999, readings=rows).severity == severity


def test_the_worst_burn_is_the_highest_measured_short_window():
    rows = [reading(Severity.PAGE, 14.4, 99, 3), reading(Severity.PAGE, 6, 1, None), reading(Severity.TICKET, 1, 1, 8)]
    assert Burn(at=NOON, objective=0.999, readings=rows).worst == 8


def test_nothing_measured_has_no_worst_burn():
    assert Burn(at=NOON, objective=0.999, readings=[reading(Severity.PAGE, 14.4, None, None)]).worst is None
