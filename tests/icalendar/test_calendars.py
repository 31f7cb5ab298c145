"""Calendar files as freezes: what repeats, moves and is cancelled; and that no broken file looks like an open day."""

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.freeze import CalendarFile
from integrations.icalendar.events import Unreadable, freezes
from integrations.icalendar.source import CalendarFiles

WEEKLY = "UID:w\nSUMMARY:no deploys\nDTSTART;TZID=Europe/Berlin:20260102T220000\nDTEND;TZID=Europe/Berlin:20260103T060000\nRRULE:FREQ=WEEKLY"


def calendar(*events: str) -> str:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n{body}END:VCALENDAR\n"


def on(text: str, moment: str, zone: str = "UTC") -> list[str]:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return [f.reason for f in freezes(text, zone, at, at + timedelta(seconds=1)) if f.start <= at < f.end]


FROZEN = {  # events, moment, zone, frozen
    "one event, its first moment": (
        ["UID:1\nDTSTART:20260105T100000Z\nDTEND:20260105T110000Z"],
        "2026-01-05T10:00:00",
        True,
    ),
    "one event, its end": (["UID:1\nDTSTART:20260105T100000Z\nDTEND:20260105T110000Z"], "2026-01-05T11:00:00", False),
    "a duration": (["UID:1\nDTSTART:20260105T100000Z\nDURATION:PT30M"], "2026-01-05T10:29:00", True),
    "a whole day, in the calendar's zone": (["UID:1\nDTSTART;VALUE=DATE:20261224"], "2026-12-23T23:30:00", True),
    "three whole days": (
        ["UID:1\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227"],
        "2026-12-26T22:59:00",
        True,
    ),
    "after three whole days": (
        ["UID:1\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227"],
        "2026-12-26T23:00:00",
        False,
    ),
    "a floating time": (["UID:1\nDTSTART:20260105T100000\nDTEND:20260105T110000"], "2026-01-05T09:30:00", True),
    "weekly, in winter": ([WEEKLY], "2026-11-13T21:00:00", True),
    "weekly, in summer": ([WEEKLY], "2026-07-03T20:00:00", True),
    "weekly, past midnight": ([WEEKLY], "2026-07-04T03:59:00", True),
    "weekly, after": ([WEEKLY], "2026-07-04T04:00:00", False),
    "until, the last one": ([f"{WEEKLY};UNTIL=20260109T210000Z"], "2026-01-09T21:00:00", True),
    "until, one later": ([f"{WEEKLY};UNTIL=20260109T210000Z"], "2026-01-16T21:00:00", False),
    "until a day": ([f"{WEEKLY};UNTIL=20260109"], "2026-01-09T22:00:00", True),
    "left out": ([f"{WEEKLY}\nEXDATE;TZID=Europe/Berlin:20260109T220000"], "2026-01-09T22:00:00", False),
    "one more": ([f"{WEEKLY}\nRDATE;TZID=Europe/Berlin:20260107T220000"], "2026-01-07T22:00:00", True),
    "cancelled": (
        ["UID:1\nSTATUS:CANCELLED\nDTSTART:20260105T100000Z\nDTEND:20260105T110000Z"],
        "2026-01-05T10:30:00",
        False,
    ),
    "one occurrence cancelled": (
        [
            WEEKLY,
            "UID:w\nSTATUS:CANCELLED\nRECURRENCE-ID;TZID=Europe/Berlin:20260109T220000\nDTSTART;TZID=Europe/Berlin:20260109T220000",
        ],
        "2026-01-09T22:00:00",
        False,
    ),
    "one occurrence moved away": (
        [WEEKLY, "UID:w\nRECURRENCE-ID:20260109T210000Z\nDTSTART:20260110T210000Z\nDTEND:20260110T220000Z"],
        "2026-01-09T22:00:00",
        False,
    ),
    "one occurrence moved here": (
        [WEEKLY, "UID:w\nRECURRENCE-ID:20260109T210000Z\nDTSTART:20260110T210000Z\nDTEND:20260110T220000Z"],
        "2026-01-10T21:30:00",
        True,
    ),
    "a fold's second time": (
        ["UID:1\nDTSTART;TZID=Europe/Berlin:20261025T020000\nDTEND;TZID=Europe/Berlin:20261025T023000"],
        "2026-10-25T01:15:00",
        True,
    ),
}


@pytest.mark.parametrize("name", FROZEN)
def test_an_event_is_a_freeze(name):
    events, moment, frozen = FROZEN[name]
    assert bool(on(calendar(*events), moment, "Europe/Berlin")) is frozen


def test_its_summary_is_the_reason():
    assert on(calendar(WEEKLY), "2026-01-09T22:00:00") == ["no deploys"]


GOOD = calendar(WEEKLY, "UID:1\nDTSTART:20260105T100000Z\nDTEND:20260105T110000Z")
BROKEN = {
    "empty": ("", "END:VCALENDAR"),
    "a page of a login": ("<html>log in</html>", "END:VCALENDAR"),
    "cut short": (GOOD[:200], "END:VCALENDAR"),
    "an event without its end": (GOOD.replace("END:VEVENT\n", "", 1), "do not match"),
    "no start": (calendar("UID:1\nSUMMARY:s"), "DTSTART"),
    "a start that is none": (calendar("UID:1\nDTSTART:tomorrow"), "DTSTART"),
    "an unknown rule": (calendar(WEEKLY.replace("WEEKLY", "WEAKLY")), "RRULE"),
    "every second": (calendar(WEEKLY.replace("WEEKLY", "SECONDLY")), "more often than daily"),
    "ends before it begins": (calendar("UID:1\nDTSTART:20260105T100000Z\nDTEND:20260105T090000Z"), "ends before"),
    "an exception rule": (calendar(f"{WEEKLY}\nEXRULE:FREQ=WEEKLY"), "EXRULE"),
    "all that follow": (
        calendar("UID:1\nDTSTART:20260105T100000Z\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260105T100000Z"),
        "RANGE",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_understood_is_said_so(name):
    text, told = BROKEN[name]
    with pytest.raises(Unreadable, match=told):
        on(text, "2026-01-09T22:00:00")


@given(st.integers(0, len(GOOD) - 2))
def test_a_file_that_is_cut_short_is_never_an_open_day(length):
    with pytest.raises(Unreadable):
        on(GOOD[:length], "2026-01-09T22:00:00")


@given(st.text(max_size=200))
def test_whatever_is_in_it_nothing_but_unreadable_is_raised(text):
    for body in (text, calendar(text), calendar(f"DTSTART:{text}"), calendar(f"{WEEKLY};{text}")):
        with contextlib.suppress(Unreadable):
            on(body, "2026-01-09T22:00:00")


async def read(path: Path):
    (reading,) = await CalendarFiles().read([CalendarFile(path=path)], datetime(2026, 1, 9, 22, tzinfo=UTC))
    return reading


async def test_a_file_is_read_each_time_it_is_asked_about(tmp_path):
    path = tmp_path / "f.ics"
    path.write_text(calendar())
    assert (await read(path)).windows == []
    path.write_text(GOOD)
    assert {w.reason for w in (await read(path)).windows} == {"no deploys"}


@pytest.mark.parametrize(
    "spoil", [lambda p: p.unlink(), lambda p: p.write_bytes(b"\xff\xfe\x00"), lambda p: p.write_text("x")]
)
async def test_a_file_that_is_lost_or_broken_has_no_windows_and_says_why(tmp_path, spoil):
    path = tmp_path / "f.ics"
    path.write_text(GOOD)
    spoil(path)
    reading = await read(path)
    assert reading.windows is None
    assert reading.problem
