"""Numbers and times as a tired person reads them; every view uses the same forms."""

import math
from datetime import datetime

NOTHING = "-"
_LEVELS = "▁▂▃▄▅▆▇█"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def percent(share: float | None) -> str:
    """0.41 → "41 %"; one decimal near the ends, so that 0.1 % is not 0 % and 99.6 % is not 100 %."""
    if share is None or not math.isfinite(share):
        return NOTHING
    value = share * 100
    if 0 < value < 0.1:  # noqa: PLR2004 - below the last decimal shown
        return "<0.1 %"
    near_an_end = 0 < value < 1 or 99 < value < 100  # noqa: PLR2004 - where a whole percent would lie
    text = f"{value:.1f}" if near_an_end else f"{value:.0f}"
    return ("99.9" if near_an_end and text == "100.0" else text) + " %"


def objective(share: float) -> str:
    """0.999 → "99.9 %", with as many digits as the promise has."""
    return f"{share * 100:.6g} %"


def times(burn: float | None) -> str:
    """A burn rate: "22.1x"."""
    if burn is None or math.isnan(burn):
        return "no data"
    if math.isinf(burn):
        return "∞x"
    return f"{burn:.0f}x" if burn >= 100 else f"{burn:.1f}x"  # noqa: PLR2004 - three digits say enough


def clock(moment: datetime, like: datetime | None = None) -> str:
    """HH:MM:SS, with the date in front when it is another day than `like`."""
    same_day = like is None or moment.date() == like.date()
    return moment.strftime("%H:%M:%S" if same_day else "%m-%d %H:%M:%S")


def stamp(moment: datetime) -> str:
    """Date, time and zone."""
    return moment.strftime("%Y-%m-%d %H:%M:%S %Z")


def span(seconds: float) -> str:
    """A length of time: "81 s", "12 min", "3.2 h", "2.1 d"; to the second where seconds decide."""
    size = abs(seconds)
    if size < 2 * _MINUTE:
        return f"{size:.0f} s"
    if size < 2 * _HOUR:
        minutes, rest = divmod(round(size), _MINUTE)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{size / _HOUR:.1f} h" if size < 2 * _DAY else f"{size / _DAY:.1f} d"


def window(seconds: int) -> str:
    """A window as rules write it: 300 → "5m", 21600 → "6h"."""
    for unit, letter in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds // unit}{letter}"
    return f"{seconds}s"


def bar(share: float, width: int = 10) -> str:
    """A probability as a small bar; never empty above 0, never full below 1."""
    if not math.isfinite(share):
        return "·" * width
    filled = min(max(round(share * width), 1 if share > 0 else 0), width if share >= 1 else width - 1)
    return "█" * filled + "░" * (width - filled)


def sparkline(values: list[float | None]) -> str:
    """One character a value, scaled from 0 to the largest; "·" where there is none."""
    finite = [value for value in values if value is not None and math.isfinite(value)]
    top = max([*finite, 0.0]) or 1.0
    return "".join(_level(value, top) for value in values)


def _level(value: float | None, top: float) -> str:
    if value is None or math.isnan(value):
        return "·"
    share = min(max(value / top, 0.0), 1.0) if math.isfinite(value) else 1.0
    return _LEVELS[round(share * (len(_LEVELS) - 1))]
