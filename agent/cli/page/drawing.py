"""What all charts share: the frame with its text alternative, scales, ticks, lines with gaps, labels that keep apart."""

import math
from collections.abc import Callable
from typing import NamedTuple

from agent.cli.page.markup import Child, Markup, join, tag

WIDE, NARROW = 880, 352
"""Every chart is drawn for a desk and for a phone; the style sheet shows one, so that text keeps its size."""

GLYPH = 6.3
"""Width of a character of a chart's text, in pixels, on the generous side."""


class Scale(NamedTuple):
    """A straight map from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value, held within the chart."""
        span = self.high - self.low
        share = min(max((value - self.low) / span, 0.0), 1.0) if span > 0 else 0.0
        return round(self.start + share * (self.end - self.start), 1)


def responsive(draw: Callable[[int], Markup]) -> Markup:
    """The same drawing for both widths."""
    return join(*(tag("div", draw(width), class_=name) for name, width in (("wide", WIDE), ("narrow", NARROW))))


def chart(name: str, size: tuple[int, float], title: str, description: str, *children: Child) -> Markup:
    """An SVG that says what it shows: role, title and description."""
    width, height = size
    stem = f"{name}-{width}"
    return tag(
        "svg",
        tag("title", title, id=f"{stem}-title"),
        tag("desc", description, id=f"{stem}-desc"),
        *children,
        role="img",
        aria_labelledby=f"{stem}-title {stem}-desc",
        viewBox=f"0 0 {width} {height:g}",
        width=width,
        height=float(height),
    )


def text(words: str, x: float, y: float, class_: str = "", anchor: str = "start") -> Markup:
    """One line of text."""
    return tag("text", words, x=round(x, 1), y=round(y, 1), class_=class_ or None, text_anchor=anchor)


def rule(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=round(x1, 1), y1=round(y1, 1), x2=round(x2, 1), y2=round(y2, 1), class_=class_)


def stroke(points: list[tuple[float, float] | None], class_: str) -> Markup:
    """A line through points; it is broken where one is None, and a lone point is a dot."""
    path, fresh = [], True
    for place, point in enumerate(points):
        if point is not None:
            path.append(f"{'M' if fresh else 'L'}{point[0]:g} {point[1]:g}")
            following = points[place + 1] if place + 1 < len(points) else None
            path += ["h0"] if fresh and following is None else []
        fresh = point is None
    return tag("path", d="".join(path), class_=class_) if path else Markup("")


def short(words: str, pixels: float) -> str:
    """As much of a text as fits."""
    room = max(int(pixels / GLYPH), 1)
    return words if len(words) <= room else f"{words[: room - 1].rstrip()}…"


def ceiling(value: float) -> float:
    """The next round number: 1, 2, 2.5 or 5 times a power of ten."""
    if not math.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 2.5, 5, 10) if power * step >= value * (1 - 1e-9))


def levels(high: float) -> list[float]:
    """Round values from 0 to a round one."""
    parts = 4 if f"{high:.1e}".startswith("2.0") else 5
    return [high * part / parts for part in range(parts + 1)]


STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400]


def time_ticks(start: float, end: float, most: int) -> list[float]:
    """Round moments between two, at most so many."""
    span = max(end - start, 1.0)
    step = next((one for one in STEPS if span / one <= most), 86400 * math.ceil(span / 86400 / most))
    first = math.ceil(start / step) * step
    return [float(first + i * step) for i in range(int((end - first) // step) + 1)]


def apart(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Positions near the wanted ones, in their order, `gap` from each other, within bounds as far as there is room."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    floor = low
    for i in order:
        placed[i] = max(wanted[i], floor)
        floor = placed[i] + gap
    roof = high
    for i in reversed(order):
        placed[i] = min(placed[i], roof)
        roof = placed[i] - gap
    return placed
