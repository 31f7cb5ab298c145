"""Whether the clocks that a calendar's times hang on are known: a time in a zone nobody knows must not pass for another.

Called by `integrations.icalendar.events`.
"""

from datetime import datetime
from typing import Any

from icalendar.timezone import tzp

TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")
DEFAULT = "X-WR-TIMEZONE"
"""The calendar's word for whole days and for times without a zone; outside of RFC 5545, but widely written."""


def forget() -> None:
    """Drop the zones that files read before have defined: icalendar keeps the first of a name for the whole process."""
    tzp.use_zoneinfo()


def trouble(calendar: Any, events: list[Any], zone: str) -> str:
    """What is wrong with the zones of a calendar that is meant in `zone`; empty if nothing is."""
    said = [
        (str(value.params.get("TZID", "")), one)
        for event in events
        for name in TIMES
        for value in values(event, name)
        for one in _times(value)
    ]
    lost = [name for name, one in said if name and isinstance(one, datetime) and one.tzinfo is None]
    if lost:
        return f"its time zone {lost[0]!r} is neither defined in it nor one of the IANA list"[:300]
    own = str(calendar.get(DEFAULT, "")).strip()
    bare = any(not isinstance(one, datetime) or one.tzinfo is None for _, one in said)
    if not (own and bare) or zone in (own, _key(own)):
        return ""
    cure = f"set `zone` to {_key(own)}" if _key(own) else "nobody knows that zone, so take the line out and set `zone`"
    return f"it means its whole days and times without a zone in {own[:80]} ({DEFAULT}); {cure}"


def values(event: Any, name: str) -> list[Any]:
    """All of a property, which icalendar gives as nothing, one value or several."""
    found = event.get(name)
    return [] if found is None else found if isinstance(found, list) else [found]


def _times(value: Any) -> list[Any]:
    """The dates and times of a property; periods are somebody else's to refuse."""
    return [one.dt for one in value.dts] if hasattr(value, "dts") else [value.dt]


def _key(name: str) -> str:
    """The IANA name of a zone that is called by another."""
    return str(tzp.timezone(name) or "")
