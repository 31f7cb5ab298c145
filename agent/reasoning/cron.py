"""When a schedule was last due: cron's five fields as Kubernetes reads them. Called by the detector and the probe of CronJobs."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

LONGEST = 4 * 366
"""Days to look back: the 29th of February comes once in four years."""

ALIASES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
MONTHS = dict(zip(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), range(1, 13), strict=True))  # fmt: skip
DAYS = dict(zip(("sun", "mon", "tue", "wed", "thu", "fri", "sat"), range(7), strict=True))
BOUNDS: list[tuple[int, int, dict[str, int]]] = [(0, 59, {}), (0, 23, {}), (1, 31, {}), (1, 12, MONTHS), (0, 7, DAYS)]


def last_due(cron: str, zone: str, now: datetime) -> datetime | None:
    """The last time at or before `now` that the schedule names; None where it cannot be read or names none."""
    try:
        place = ZoneInfo(zone or "UTC")
        minutes, hours, days, months, weekdays = _fields(cron)
    except (ValueError, LookupError, OSError):
        return None
    local = now.astimezone(place).replace(second=0, microsecond=0)
    texts = ALIASES.get(cron.strip(), cron).split()
    either = (
        texts[2][0] not in "*?" and texts[4][0] not in "*?"
    )  # cron's old rule: two restrictions on days are an "or"
    for back in range(LONGEST):
        day = local.date() - timedelta(days=back)
        in_month, in_week = day.day in days, day.isoweekday() % 7 in weekdays
        if day.month not in months or not ((in_month or in_week) if either else (in_month and in_week)):
            continue
        for hour in sorted(hours, reverse=True):
            for minute in sorted(minutes, reverse=True):
                due = datetime(day.year, day.month, day.day, hour, minute, tzinfo=place)
                if due <= local:
                    return due.astimezone(now.tzinfo)
    return None


def _fields(cron: str) -> list[set[int]]:
    texts = ALIASES.get(cron.strip(), cron).split()
    if len(texts) != len(BOUNDS):
        raise ValueError(f"a schedule has five fields, got {cron!r}")
    found = [_field(text.lower(), *bounds) for text, bounds in zip(texts, BOUNDS, strict=True)]
    found[4] = {day % 7 for day in found[4]}
    return found


def _field(text: str, low: int, high: int, names: dict[str, int]) -> set[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        whole = span in ("*", "?")
        start = low if whole else _number(first, names)
        end = high if whole or (step and not last) else _number(last, names) if last else start
        width = int(step) if step else 1
        if not low <= start <= end <= high or width < 1:
            raise ValueError(f"{part!r} is not within {low} and {high}")
        values |= set(range(start, end + 1, width))
    return values


def _number(text: str, names: dict[str, int]) -> int:
    return names[text] if text in names else int(text)
