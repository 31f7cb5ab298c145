"""When nothing is changed: dated and weekly windows, calendars in files, and what is exempt. Decided by agent.policy.freezes."""

from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from agent.model.record import Instant, Record
from agent.model.scope import Scope

_EXEMPTIONS: list[str] = Field(default=[], description="names of `policy.exemptions` that hold in this window")


def _known(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PydanticCustomError(
            "zone", "there is no time zone of this name; write one of the IANA list, as Europe/Berlin or UTC"
        ) from None
    return zone


Zone = Annotated[str, AfterValidator(_known)]


class Weekday(StrEnum):
    """A day as `datetime.weekday` counts them."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


class Exemption(Scope):
    """Attempts that a freeze does not hold up, where the freeze names this exemption."""

    name: str = Field(min_length=1, description="what a freeze calls it by")


class Freeze(Record):
    """A dated window in which nothing is changed; its end is the first moment after it."""

    start: Instant
    end: Instant
    reason: str
    exemptions: list[str] = _EXEMPTIONS


class WeeklyFreeze(Record):
    """A window of every week, by the clock on the wall of its time zone.

    An end at or before the start lies on the next day; 24:00 is the end of the day.
    """

    days: list[Weekday] = Field(min_length=1, description="days on which the window begins")
    start: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="when it begins, as 22:00")
    end: str = Field(
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        description="when it ends, as 06:00 or 24:00; earlier than `start`: on the next day",
    )
    zone: Zone = Field(default="UTC", description="IANA time zone of both, as Europe/Berlin")
    reason: str = Field(description="shown to whoever asks why nothing is done")
    exemptions: list[str] = _EXEMPTIONS

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.start == self.end:
            raise PydanticCustomError(
                "freeze", "the window begins and ends at the same time; for a whole day write 00:00 to 24:00", {}
            )
        return self

    @property
    def begins(self) -> time:
        """The time of day at which it begins."""
        return time.fromisoformat(self.start)

    @property
    def lasts(self) -> timedelta:
        """From start to end by the clock on the wall."""
        minutes = _minutes(self.end) - _minutes(self.start)
        return timedelta(minutes=minutes if minutes > 0 else minutes + 24 * 60)


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


class CalendarFile(Record):
    """An iCalendar file: every event of it that is not cancelled is a freeze."""

    path: Path = Field(description="the file; while it cannot be read, nothing is done")
    zone: Zone = Field(default="UTC", description="IANA time zone of whole days and of times that have none")
    exemptions: list[str] = _EXEMPTIONS


class CalendarReading(Record):
    """What a calendar file says about a moment and the time after it; windows are None when it cannot be told."""

    path: Path
    windows: list[Freeze] | None = None
    problem: str = ""
