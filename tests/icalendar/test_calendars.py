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


DAILY = "UID:d\nSUMMARY:s\nDTSTART:20260105T100000Z\nDTEND:20260105T110000Z\nRRULE:FREQ=DAILY"


def calendar(*events: str, head: str = "") -> str:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n{head}{body}END:VCALENDAR\n"


def in_zone(name: str) -> str:
    return f"UID:1\nDTSTART;TZID={name}:20260105T100000\nDTEND;TZID={name}:20260105T110000"


def own_zone(name: str, offset: str) -> str:
    rule = f"DTSTART:19700101T000000\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}"
    return f"BEGIN:VTIMEZONE\nTZID:{name}\nBEGIN:STANDARD\n{rule}\nEND:STANDARD\nEND:VTIMEZONE\n"


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
    "a start that the clocks skip, right after": (
        ["UID:1\nDTSTART;TZID=Europe/Berlin:20260329T023000\nDTEND;TZID=Europe/Berlin:20260329T060000"],
        "2026-03-29T01:00:00",
        True,
    ),
    "an end that the clocks skip, right before": (
        ["UID:1\nDTSTART;TZID=Europe/Berlin:20260328T230000\nDTEND;TZID=Europe/Berlin:20260329T023000"],
        "2026-03-29T01:29:00",
        True,
    ),
    "a zone as Windows calls it": ([in_zone("W. Europe Standard Time")], "2026-01-05T09:30:00", True),
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
    "a zone nobody knows": (calendar(in_zone("Nowhere/Land")), "'Nowhere/Land' is neither defined"),
    "an end in a zone nobody knows": (
        calendar("UID:1\nDTSTART:20260105T100000Z\nDTEND;TZID=Nowhere/Land:20260105T110000"),
        "'Nowhere/Land'",
    ),
    "an exception in a zone nobody knows": (
        calendar(f"{DAILY}\nEXDATE;TZID=Nowhere/Land:20260109T100000"),
        "'Nowhere/Land'",
    ),
    "whole days meant in another zone": (
        calendar("UID:1\nDTSTART;VALUE=DATE:20261224", head="X-WR-TIMEZONE:Asia/Tokyo\n"),
        "set `zone` to Asia/Tokyo",
    ),
    "whole days meant in a zone nobody knows": (
        calendar("UID:1\nDTSTART;VALUE=DATE:20261224", head="X-WR-TIMEZONE:Nowhere/Land\n"),
        "nobody knows that zone",
    ),
    "never gets on": (calendar(f"{DAILY};INTERVAL=0"), "INTERVAL"),
    "never gets on, nor happens": (calendar(f"{DAILY};INTERVAL=0;BYMONTH=2;BYMONTHDAY=31"), "INTERVAL"),
    "every minute of every day": (
        calendar(f"{DAILY.replace('2026', '1926')};BYMINUTE={','.join(map(str, range(60)))}"),
        "too often to be followed",
    ),
    "cancels an occurrence of nobody knows what": (
        calendar(
            "RRULE:FREQ=DAILY\nDTSTART:20260105T100000Z",
            "STATUS:CANCELLED\nRECURRENCE-ID:20260109T100000Z\nDTSTART:20260109T100000Z",
        ),
        "no UID",
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


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo"])
def test_the_zone_that_a_calendar_names_may_be_the_configured_one_or_not_matter(zone):
    head = f"X-WR-TIMEZONE:{zone}\n"
    assert on(calendar("UID:1\nDTSTART;VALUE=DATE:20261224", head=head), "2026-12-24T12:00:00", zone)
    assert on(calendar(WEEKLY, head=head), "2026-01-09T22:00:00", "UTC")


def test_a_zone_that_a_file_defines_is_that_files_alone():
    edited = [calendar(in_zone("Ours"), head=own_zone("Ours", offset)) for offset in ("+0500", "-0500")]
    assert [bool(on(text, "2026-01-05T05:30:00")) for text in edited] == [True, False]
    assert [bool(on(text, "2026-01-05T15:30:00")) for text in edited] == [False, True]
    with pytest.raises(Unreadable, match="'Ours'"):
        on(calendar(in_zone("Ours")), "2026-01-05T05:30:00")


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
