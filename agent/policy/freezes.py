"""Nothing is changed inside a freeze: dated, weekly by the clock on a wall, or an event of a calendar that cannot be read.

A time of day that a change of the clocks repeats or skips is taken so that the freeze is longer, never shorter.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from agent.model.freeze import CalendarFile, CalendarReading, Freeze, Weekday, WeeklyFreeze
from agent.model.proposal import Answer
from agent.model.rules import Policy
from agent.policy.answers import allowed, refused
from agent.policy.attempt import Attempt
from agent.policy.scopes import covers

RULE = "freeze"


def freeze(attempt: Attempt, policy: Policy) -> Answer:
    """Refused inside any window that does not exempt the attempt, and while a calendar cannot tell."""
    open_to = [e.name for e in policy.exemptions if covers(e, attempt) is True]
    said = [_dark(attempt, file) for file in policy.calendars if not set(file.exemptions) & set(open_to)]
    if problem := next((told for told in said if told), ""):
        return refused(RULE, problem)
    frozen = sorted(on_at(policy, attempt.calendars, attempt.at), key=lambda window: (window.end, window.reason))
    for window in reversed(frozen):  # the one that ends last is the answer to "until when?"
        if not set(window.exemptions) & set(open_to):
            return refused(RULE, f"frozen until {window.end:%Y-%m-%d %H:%M} UTC: {window.reason}")
    if frozen:
        names = sorted({name for window in frozen for name in window.exemptions if name in open_to})
        return allowed(RULE, f"frozen ({frozen[-1].reason}), but exempt: {', '.join(names)}")
    return allowed(RULE, "no freeze is on")


def on_at(policy: Policy, calendars: list[CalendarReading], at: datetime) -> list[Freeze]:
    """Every freeze that is on at a moment."""
    events = [
        window.evolve(exemptions=file.exemptions)
        for file in policy.calendars
        for reading in calendars
        if reading.path == file.path
        for window in reading.windows or []
    ]
    dated = [window for window in [*policy.freezes, *events] if window.start <= at < window.end]
    return [*dated, *(window for weekly in policy.weekly_freezes for window in occurring(weekly, at))]


def _dark(attempt: Attempt, file: CalendarFile) -> str:
    """Why a calendar cannot tell, if it cannot."""
    readings = [reading for reading in attempt.calendars if reading.path == file.path]
    if not readings:
        return f"the calendar {file.path} was not read, so nobody can tell whether a freeze is on"
    if dark := next((reading for reading in readings if reading.windows is None), None):
        return f"the calendar {file.path} cannot be read, so nobody can tell whether a freeze is on: {dark.problem}"
    return ""


def occurring(weekly: WeeklyFreeze, at: datetime) -> Iterator[Freeze]:
    """The occurrences of a weekly window that are on at a moment."""
    zone = ZoneInfo(weekly.zone)
    wall = at.astimezone(zone).replace(tzinfo=None, fold=0)
    for back in (-1, 0, 1, 2):  # a window lasts a day at most; the clocks move by at most a day
        try:
            start = datetime.combine(wall.date() - timedelta(days=back), weekly.begins)
            end = start + weekly.lasts
        except OverflowError:  # the first and the last days of the calendar
            continue
        if list(Weekday)[start.weekday()] not in weekly.days:
            continue
        first, last = earliest(start, zone), latest(end, zone)
        if _skipped(start, zone):  # it may be meant before or after the gap: all of it, in one piece
            last = max(last, latest(start, zone) + weekly.lasts)
        if first <= at < last or start <= wall < end:
            yield Freeze(start=min(first, at), end=max(last, at), reason=weekly.reason, exemptions=weekly.exemptions)


def earliest(wall: datetime, zone: tzinfo) -> datetime:
    """The first moment that may be meant: of a time that comes twice the first, of one that is skipped the side before."""
    return min(_meant(wall, zone))


def latest(wall: datetime, zone: tzinfo) -> datetime:
    """The last moment that may be meant: of a time that comes twice the second, of one that is skipped the side after."""
    return max(_meant(wall, zone))


def _skipped(wall: datetime, zone: tzinfo) -> bool:
    first, second = _meant(wall, zone)
    return first > second


def _meant(wall: datetime, zone: tzinfo) -> list[datetime]:
    return [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
