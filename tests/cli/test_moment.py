from datetime import UTC, datetime, timedelta

import pytest

from agent.cli.moment import parse_moment

NOW = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("30m ago", NOW - timedelta(minutes=30)),
        (" 1h30m ago ", NOW - timedelta(minutes=90)),
        ("2d ago", NOW - timedelta(days=2)),
        ("90s ago", NOW - timedelta(seconds=90)),
        ("2026-11-03T13:05:00Z", NOW - timedelta(minutes=55)),
        ("2026-11-03T14:05:00+01:00", NOW - timedelta(minutes=55)),
        ("2026-11-03 13:05", NOW - timedelta(minutes=55)),
    ],
)
def test_a_moment_is_read_as_utc(text, expected):
    assert parse_moment(text, NOW) == expected
    assert parse_moment(text, NOW).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "30 m ago", "30m", "ago", "-5m ago", "2026-13-01", "9" * 40 + "d ago", "1" * 5000 + "m ago"],
)
def test_what_is_no_moment_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="30m ago"):
        parse_moment(text, NOW)


def test_the_future_cannot_be_investigated():
    with pytest.raises(ValueError, match="future"):
        parse_moment("2026-11-03T14:00:01Z", NOW)
