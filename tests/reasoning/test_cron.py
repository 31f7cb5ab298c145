"""When a schedule was last due, against times worked out by hand."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.reasoning.cron import last_due

NOW = datetime(2026, 11, 12, 14, 7, 30, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("cron", "due"),
    [
        ("* * * * *", (11, 12, 14, 7)),
        ("7 14 * * *", (11, 12, 14, 7)),
        ("8 14 * * *", (11, 11, 14, 8)),
        ("*/15 * * * *", (11, 12, 14, 0)),
        ("5/30 * * * *", (11, 12, 14, 5)),
        ("10/30 * * * *", (11, 12, 13, 40)),
        ("0 3 * * *", (11, 12, 3, 0)),
        ("0 3-5 * * MON-FRI", (11, 12, 5, 0)),
        ("0 22 * * sun", (11, 8, 22, 0)),
        ("0 22 * * 7", (11, 8, 22, 0)),
        ("30 2 1,15 * *", (11, 1, 2, 30)),
        ("0 0 1 * 3", (11, 11, 0, 0)),  # the first, or a Wednesday
        ("0 0 1 jan ?", (1, 1, 0, 0)),
        ("@hourly", (11, 12, 14, 0)),
        ("@weekly", (11, 8, 0, 0)),
    ],
)
def test_the_last_time_that_a_schedule_names(cron, due):
    month, day, hour, minute = due
    assert last_due(cron, "", NOW) == datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_a_schedule_is_read_in_its_zone():
    assert last_due("0 9 * * *", "America/New_York", NOW) == datetime(2026, 11, 12, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize("cron", ["", "0 3 * *", "61 * * * *", "0 0 31 2 *", "x * * * *", "*/0 * * * *", "5-1 * * * *", "@every 1h"])  # fmt: skip
def test_what_names_no_time_or_cannot_be_read_is_no_time(cron):
    assert last_due(cron, "", NOW) is None


def test_a_zone_nobody_knows_is_no_time():
    assert last_due("0 3 * * *", "Nowhere/Land", NOW) is None


@given(st.text(max_size=30), st.text(max_size=10))
def test_no_text_is_an_exception(cron, zone):
    last_due(cron, zone, NOW)
