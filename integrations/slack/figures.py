"""Numbers as text in a message: shares, burn rates, spans, a curve as a line of blocks."""

import math

_LEVELS = "▁▂▃▄▅▆▇█"
_MINUTE, _HOUR = 60, 3600
_WIDEST = 40


def percent(share: float | None) -> str:
    """0.41 → "41 %"; one decimal near the ends, so that 99.6 % is not 100 %."""
    if share is None or not math.isfinite(share):
        return "no data"
    value = share * 100
    near_an_end = 0 < value < 1 or 99 < value < 100  # noqa: PLR2004 - where a whole percent would lie
    text = f"{value:.1f}" if near_an_end else f"{value:.0f}"
    return ("99.9" if near_an_end and text == "100.0" else text) + " %"


def times(burn: float | None) -> str:
    """A burn rate: "22.1×"."""
    if burn is None or math.isnan(burn):
        return "no data"
    if math.isinf(burn):
        return "∞×"
    return f"{burn:.0f}×" if burn >= 100 else f"{burn:.1f}×"  # noqa: PLR2004 - three digits say enough


def span(seconds: float) -> str:
    """A length of time, rounded down: a countdown never promises more than is left."""
    left = max(0, int(seconds))
    if left < 2 * _MINUTE:
        return f"{left} s"
    return f"{left // _MINUTE} min" if left < 2 * _HOUR else f"{left / _HOUR:.1f} h"


def window(seconds: int) -> str:
    """A window as rules write it: 300 → "5m", 21600 → "6h"."""
    for unit, letter in ((86_400, "d"), (_HOUR, "h"), (_MINUTE, "m")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds // unit}{letter}"
    return f"{seconds}s"


def bar(share: float, width: int = 10) -> str:
    """A probability; never empty above 0, never full below 1."""
    if not math.isfinite(share):
        return "·" * width
    filled = min(max(round(share * width), 1 if share > 0 else 0), width if share >= 1 else width - 1)
    return "█" * filled + "░" * (width - filled)


def sparkline(values: list[float | None]) -> str:
    """At most forty characters, each the largest of its share of the values, scaled from 0; "·" where there is none."""
    size = max(1, math.ceil(len(values) / _WIDEST))
    groups = [
        [v for v in values[i : i + size] if v is not None and not math.isnan(v)] for i in range(0, len(values), size)
    ]
    tops = [max(group, default=None) for group in groups]
    top = max([v for v in tops if v is not None and math.isfinite(v)], default=0.0) or 1.0
    return "".join("·" if v is None else _LEVELS[round(min(max(v / top, 0.0), 1.0) * 7)] for v in tops)
