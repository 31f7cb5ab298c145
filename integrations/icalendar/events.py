"""The events of a calendar as freeze windows: recurrences, exceptions, moved and cancelled occurrences.

icalendar reads the text, dateutil repeats the rules by the clock on the wall; moments come last, so that
an event at 22:00 stays at 22:00 when the clocks change. What cannot be understood raises: a hole in a
freeze calendar must not look like an open day.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rruleset, rrulestr

from agent.model.freeze import Freeze
from agent.policy.freezes import earliest, latest
from integrations.icalendar import zones

DAY = timedelta(days=1)
TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
MOST = 100_000
"""Occurrences followed from an event's start: every day of 270 years. More is a mistake, and would take minutes."""

_ONE_AT_A_TIME = threading.Lock()
"""icalendar keeps the zones that files define in one place for the whole process."""


class Unreadable(Exception):
    """The calendar cannot be understood; says why."""


@dataclass(frozen=True)
class Span:
    """An event's time: a start on a wall, the clock's zone, and how long, by the wall or (an instant's) really."""

    start: datetime  # naive
    zone: tzinfo
    lasts: timedelta

    def at(self, start: datetime) -> tuple[datetime, datetime]:
        """The first and the last moment of an occurrence; a time said twice or skipped makes it longer."""
        first, last = earliest(start, self.zone), latest(start + self.lasts, self.zone)
        return first, max(last, first + self.lasts if last <= first else last)


def freezes(text: str, zone: str, since: datetime, until: datetime) -> list[Freeze]:
    """Every occurrence that touches the time between two moments. Raises Unreadable."""
    try:
        with _ONE_AT_A_TIME:
            events = _events(text, zone)
        moved = _moved(events, ZoneInfo(zone))
        found = [window for event in events for window in _windows(event, ZoneInfo(zone), moved, since, until)]
    except Unreadable:
        raise
    except Exception as error:  # whatever foreign text makes the two libraries raise
        raise Unreadable(f"it is no calendar that can be understood ({type(error).__name__}: {error})"[:300]) from error
    return sorted(found, key=lambda window: (window.start, window.end))


def _events(text: str, zone: str) -> list[Any]:
    lines = Counter(line.strip().upper() for line in text.splitlines())
    if not text.strip().upper().endswith("END:VCALENDAR"):
        raise Unreadable("it does not end with END:VCALENDAR: it is cut short, or no calendar")
    zones.forget()
    calendars = icalendar.Calendar.from_ical(text, multiple=True)
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if {lines["BEGIN:VEVENT"], lines["END:VEVENT"]} != {len(events)}:
        raise Unreadable("an event in it is cut short: BEGIN:VEVENT and END:VEVENT do not match")
    for event in events:
        _sound(event)
    for calendar in calendars:
        if problem := zones.trouble(calendar, calendar.walk("VEVENT"), zone):
            raise Unreadable(problem)
    return events


def _sound(event: Any) -> None:
    if event.errors:
        name, why = event.errors[0]
        raise Unreadable(f"the {name} of event {_name(event)!r} cannot be understood: {why}"[:300])
    if "DTSTART" not in event:
        raise Unreadable(f"event {_name(event)!r} has no DTSTART")
    if "RECURRENCE-ID" in event and "UID" not in event:
        raise Unreadable(f"event {_name(event)!r} replaces an occurrence, but has no UID that would say of what")


def _name(event: Any) -> str:
    return str(event.get("SUMMARY") or event.get("UID") or "without a name")[:120]


def _cancelled(event: Any) -> bool:
    return str(event.get("STATUS", "")).upper() == "CANCELLED"


def _moved(events: list[Any], zone: ZoneInfo) -> set[tuple[str, datetime]]:
    """Occurrences of repeating events that have an event of their own, or were cancelled."""
    own = [event for event in events if "RECURRENCE-ID" in event]
    for event in own:
        if event["RECURRENCE-ID"].params.get("RANGE"):
            raise Unreadable(f"event {_name(event)!r} moves all that follow it (RANGE), which is not supported")
    return {(str(event.get("UID", "")), _instant(event["RECURRENCE-ID"].dt, zone)) for event in own}


def _windows(
    event: Any, zone: ZoneInfo, moved: set[tuple[str, datetime]], since: datetime, until: datetime
) -> Iterator[Freeze]:
    if _cancelled(event):
        return
    span = _span(event, zone)
    uid, single = str(event.get("UID", "")), "RECURRENCE-ID" in event
    for start in [span.start] if single else _starts(event, span, since, until):
        first, last = span.at(start)
        if not single and (uid, earliest(start, span.zone)) in moved:
            continue
        if first < until and last > since:
            yield Freeze(start=first, end=last, reason=_name(event))


def _span(event: Any, zone: ZoneInfo) -> Span:
    """RFC 5545 3.6.1: DTEND or DURATION, else the whole day of a date, else no time at all."""
    begins = event["DTSTART"].dt
    start, its = _wall(begins, zone)
    if "DTEND" in event:
        end, other = _wall(event["DTEND"].dt, zone)
        if other is not its and str(other) != str(its):
            end = event["DTEND"].dt.astimezone(its).replace(tzinfo=None)
        lasts = end - start
    elif "DURATION" in event:
        lasts = event["DURATION"].dt
    else:
        lasts = timedelta(0) if isinstance(begins, datetime) else DAY
    if lasts < timedelta(0):
        raise Unreadable(f"event {_name(event)!r} ends before it begins")
    return Span(start, its, lasts)


def _wall(said: date | datetime, zone: ZoneInfo) -> tuple[datetime, tzinfo]:
    """What the clock shows, and where it hangs; dates and floating times are meant in the configured zone."""
    if not isinstance(said, datetime):
        return datetime(said.year, said.month, said.day), zone  # noqa: DTZ001 - a wall's time
    return said.replace(tzinfo=None), said.tzinfo or zone


def _starts(event: Any, span: Span, since: datetime, until: datetime) -> list[datetime]:
    """The starts, by the wall, of all occurrences that may touch the time asked about."""
    rules = rruleset()
    rules.rdate(span.start)
    for rule in zones.values(event, "RRULE"):
        if rule.get("FREQ", [""])[0].upper() in TOO_OFTEN:
            raise Unreadable(f"event {_name(event)!r} repeats more often than daily")
        if any(every < 1 for every in rule.get("INTERVAL", [])):
            raise Unreadable(f"event {_name(event)!r} repeats without ever getting on (INTERVAL)")
        rules.rrule(rrulestr(_rule(rule, span.zone), dtstart=span.start))
    for added in _dates(event, "RDATE", span.zone):
        rules.rdate(added)
    for left_out in _dates(event, "EXDATE", span.zone):
        rules.exdate(left_out)
    if "EXRULE" in event:
        raise Unreadable(f"event {_name(event)!r} has an EXRULE, which is not supported")
    first = since.astimezone(span.zone).replace(tzinfo=None) - span.lasts - DAY
    last = until.astimezone(span.zone).replace(tzinfo=None) + DAY
    return _followed(event, rules, first, last)


def _followed(event: Any, rules: rruleset, first: datetime, last: datetime) -> list[datetime]:
    found = []
    for count, start in enumerate(rules):
        if start > last:
            break
        if count >= MOST:
            raise Unreadable(f"event {_name(event)!r} repeats too often to be followed ({MOST} times)")
        found += [start] if start >= first else []
    return found


def _rule(rule: Any, zone: tzinfo) -> str:
    """The rule's text, its UNTIL by the wall as its start is."""
    kept = {name: value for name, value in rule.items() if name != "UNTIL"}
    told = str(icalendar.vRecur(kept).to_ical().decode())  # type: ignore[no-untyped-call]  # it has no annotation
    ends = rule.get("UNTIL")
    if not ends:
        return told
    last = ends[0]
    if not isinstance(last, datetime):
        last = datetime(last.year, last.month, last.day, 23, 59, 59)  # noqa: DTZ001 - a wall's time
    elif last.tzinfo:
        last = last.astimezone(zone).replace(tzinfo=None)
    return f"{told};UNTIL={last:%Y%m%dT%H%M%S}"


def _dates(event: Any, name: str, zone: tzinfo) -> Iterator[datetime]:
    for group in zones.values(event, name):
        for one in group.dts:
            said = one.dt
            if isinstance(said, tuple):
                raise Unreadable(f"the {name} of event {_name(event)!r} holds periods, which are not supported")
            if not isinstance(said, datetime):
                yield datetime(said.year, said.month, said.day)  # noqa: DTZ001 - a wall's time
            else:
                yield said.astimezone(zone).replace(tzinfo=None) if said.tzinfo else said


def _instant(said: date | datetime, zone: ZoneInfo) -> datetime:
    wall, its = _wall(said, zone)
    return earliest(wall, its)
