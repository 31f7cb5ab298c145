"""Reads calendar files when they are asked about, so that an edited one counts at once and a lost one is noticed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from agent.model.freeze import CalendarFile, CalendarReading
from integrations.icalendar.events import Unreadable, freezes

MAX_BYTES = 5_000_000
AHEAD = timedelta(days=14)
"""Events are given for so long after the moment asked about: enough to show what comes."""


class CalendarFiles:
    """Implements `agent.ports.Calendars`."""

    async def read(self, files: Sequence[CalendarFile], at: datetime) -> list[CalendarReading]:
        """One reading a file; its windows are None where anything in the file cannot be understood."""
        return [await asyncio.to_thread(_read, file, at) for file in files]


def _read(file: CalendarFile, at: datetime) -> CalendarReading:
    try:
        windows = freezes(_text(file.path), file.zone, at, at + AHEAD)
    except OSError as error:
        return CalendarReading(path=file.path, problem=error.strerror or type(error).__name__)
    except Unreadable as error:
        return CalendarReading(path=file.path, problem=str(error))
    return CalendarReading(path=file.path, windows=windows)


def _text(path: Path) -> str:
    with path.open("rb") as opened:
        body = opened.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise Unreadable(f"it is larger than {MAX_BYTES} bytes")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8 text") from None
