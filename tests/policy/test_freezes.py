"""Freeze windows: by the clock on a wall, through nights, gaps and folds; exemptions; calendars that cannot tell."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.model.freeze import CalendarFile, CalendarReading, Exemption, Freeze, WeeklyFreeze
from agent.model.proposal import PermissionKind
from agent.model.slo import Severity
from agent.policy.freezes import freeze, occurring
from agent.policy.guard import guard
from tests.policy.attempts import FREE, attempt
from tests.reasoning.builders import after

REFUSED, ALLOWED = PermissionKind.REFUSED, PermissionKind.ALLOWED
BERLIN = "Europe/Berlin"


def weekly(days="fri", start="22:00", end="06:00", zone=BERLIN, **more) -> WeeklyFreeze:
    return WeeklyFreeze(days=days.split(), start=start, end=end, zone=zone, reason="weekend", **more)


WALLS = {  # window, moment (UTC), frozen
    "before it begins": (weekly(), "2026-11-13T20:59:59", False),
    "when it begins": (weekly(), "2026-11-13T21:00:00", True),
    "past midnight": (weekly(), "2026-11-14T04:59:59", True),
    "when it ends": (weekly(), "2026-11-14T05:00:00", False),
    "a week later": (weekly(), "2026-11-20T23:00:00", True),
    "the night before": (weekly(), "2026-11-12T23:00:00", False),
    "in summer by the summer's clock": (weekly(), "2026-07-03T20:00:00", True),
    "in summer before": (weekly(), "2026-07-03T19:59:00", False),
    "a whole day": (weekly("sat", "00:00", "24:00"), "2026-11-14T22:59:59", True),
    "after a whole day": (weekly("sat", "00:00", "24:00"), "2026-11-14T23:00:00", False),
    "a zone ahead of the date": (weekly("mon", "00:00", "01:00", "Pacific/Kiritimati"), "2026-11-15T10:30:00", True),
    "a zone behind the date": (weekly("mon", "23:00", "24:00", "Pacific/Niue"), "2026-11-17T10:30:00", True),
    # Berlin skips 02:00-03:00 on 29 March 2026 and repeats it on 25 October 2026
    "in a gap, after it": (weekly("sun", "02:15", "02:45"), "2026-03-29T01:20:00", True),
    "in a gap, long after it": (weekly("sun", "02:15", "02:45"), "2026-03-29T01:45:00", False),
    "begins in a gap": (weekly("sun", "02:30", "03:30"), "2026-03-29T01:00:00", True),
    "begins in a gap, past its end on the wall": (weekly("sun", "02:30", "03:30"), "2026-03-29T02:29:00", True),
    "begins in a gap, lasts an hour and a half": (weekly("sun", "02:30", "03:30"), "2026-03-29T02:30:00", False),
    "is the gap": (weekly("sun", "02:00", "03:00"), "2026-03-29T01:30:00", True),
    "ends in a gap": (weekly("sun", "01:00", "02:30"), "2026-03-29T01:29:00", True),
    "a fold's first time": (weekly("sun", "02:00", "02:30"), "2026-10-25T00:00:00", True),
    "between a fold's two": (weekly("sun", "02:00", "02:30"), "2026-10-25T00:45:00", True),
    "a fold's second time": (weekly("sun", "02:00", "02:30"), "2026-10-25T01:29:00", True),
    "after a fold": (weekly("sun", "02:00", "02:30"), "2026-10-25T01:30:00", False),
    "begins in a fold's first": (weekly("sun", "02:30", "04:00"), "2026-10-25T00:30:00", True),
    "through a fold": (weekly("sat", "22:00", "06:00"), "2026-10-25T04:59:00", True),
    "a day that never was": (weekly("fri", "00:00", "24:00", "Pacific/Apia"), "2011-12-30T12:00:00", True),
}


@pytest.mark.parametrize("name", WALLS)
def test_a_weekly_window_goes_by_the_clock_on_the_wall(name):
    window, moment, frozen = WALLS[name]
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert bool(list(occurring(window, at))) is frozen
    permission = guard(attempt(at=at, evidence_at=at), FREE.evolve(weekly_freezes=[window]))
    assert (permission.kind is REFUSED) is frozen


def test_it_says_until_when():
    at = datetime(2026, 11, 13, 22, tzinfo=UTC)
    permission = guard(attempt(at=at), FREE.evolve(weekly_freezes=[weekly()]))
    assert permission.reason == "frozen until 2026-11-14 05:00 UTC: weekend"


def test_of_several_the_last_to_end_is_named():
    first, second = (Freeze(start=after(0), end=after(s), reason=f"{s}") for s in (100, 200))
    assert "until 2026-11-12 14:03" in guard(attempt(), FREE.evolve(freezes=[second, first])).reason


EXEMPT = Exemption(name="rollbacks of pages", actions=["restart"], severities=[Severity.PAGE])
DATED = Freeze(start=after(0), end=after(3600), reason="Black Friday")


def exempting(*names: str, **attempted):
    policy = FREE.evolve(exemptions=[EXEMPT], freezes=[DATED.evolve(exemptions=list(names))])
    return freeze(attempt(**attempted), policy)


def test_a_freeze_lets_through_what_it_names_as_exempt():
    answer = exempting(EXEMPT.name)
    assert (answer.kind, answer.reason) == (ALLOWED, "frozen (Black Friday), but exempt: rollbacks of pages")


def test_a_freeze_that_does_not_name_the_exemption_holds():
    assert exempting().kind is REFUSED


@pytest.mark.parametrize("severity", [None, Severity.TICKET])
def test_what_may_not_be_exempt_is_not(severity):
    assert exempting(EXEMPT.name, severity=severity).kind is REFUSED


def test_another_freeze_at_the_same_time_holds_all_the_same():
    policy = FREE.evolve(exemptions=[EXEMPT], freezes=[DATED.evolve(exemptions=[EXEMPT.name]), DATED])
    assert freeze(attempt(), policy).kind is REFUSED


FILE = CalendarFile(path=Path("freezes.ics"))
DARK = CalendarReading(path=FILE.path, problem="No such file or directory")
OPEN = CalendarReading(path=FILE.path, windows=[])


@pytest.mark.parametrize(
    ("readings", "kind", "told"),
    [
        ([OPEN], ALLOWED, "no freeze is on"),
        ([], REFUSED, "was not read"),
        ([DARK], REFUSED, "No such file or directory"),
        ([OPEN, DARK], REFUSED, "No such file or directory"),
        ([CalendarReading(path=FILE.path, windows=[DATED])], REFUSED, "Black Friday"),
        ([CalendarReading(path=Path("other.ics"), windows=[])], REFUSED, "was not read"),
        ([OPEN, CalendarReading(path=Path("other.ics"), windows=[DATED])], ALLOWED, "no freeze is on"),
    ],
)
def test_a_calendar_that_cannot_tell_counts_as_frozen(readings, kind, told):
    answer = freeze(attempt(calendars=readings), FREE.evolve(calendars=[FILE]))
    assert answer.kind is kind
    assert told in answer.reason


def test_a_calendar_that_cannot_tell_does_not_hold_up_what_it_exempts():
    policy = FREE.evolve(exemptions=[EXEMPT], calendars=[FILE.evolve(exemptions=[EXEMPT.name])])
    assert freeze(attempt(calendars=[DARK]), policy).kind is ALLOWED
    assert freeze(attempt(calendars=[DARK], severity=None), policy).kind is REFUSED
