"""Reads the moment a person means by `--at`: an ISO 8601 time, or how long ago; used by `investigate`."""

import re
from datetime import UTC, datetime, timedelta

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_AGO = re.compile(r"((?:\d+[dhms])+)\s+ago")
_EXPECTED = "expected an ISO time such as 2026-11-03T14:05:00Z (UTC where no offset is given) or how long ago, such as '30m ago'"


def parse_moment(text: str, now: datetime) -> datetime:
    """The moment in UTC; ValueError says what is expected, or that it lies in the future."""
    moment = _parsed(text.strip(), now)
    if moment > now:
        raise ValueError(f"{text!r} lies in the future; an investigation looks at the past or the present")
    return moment


def _parsed(text: str, now: datetime) -> datetime:
    if text == "now":
        return now
    try:
        if ago := _AGO.fullmatch(text):
            pieces = re.findall(r"(\d+)([dhms])", ago[1])
            return now - sum((timedelta(**{_UNITS[unit]: int(count)}) for count, unit in pieces), timedelta())
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a time; {_EXPECTED}") from None
