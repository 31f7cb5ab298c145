"""Draws groups side by side: one bar each, on one scale, with its numbers."""

from agent.cli.figures import percent
from agent.cli.page.drawing import NARROW, Scale, chart, rule, short, text
from agent.cli.page.markup import Markup, tag
from agent.model.picture import Side

ROW, ROW_NARROW = 46, 62
"""Pixels a bar takes with its label; on a narrow page its numbers need a line of their own."""


def bars(name: str, title: str, sides: list[Side], width: int) -> Markup:
    """One bar a group on one scale, its label above and its numbers beside that or, on a narrow page, below."""
    row = ROW if width > NARROW else ROW_NARROW
    highest = max(sides, key=lambda side: side.value)
    scale = Scale(0.0, max(highest.value, 1e-9), 0, width - 2)
    parts: list[Markup] = []
    for place, side in enumerate(sides):
        y, numbers, class_ = place * row, short(amount(side), width), "bar high" if side is highest else "bar low"
        room = width - len(numbers) * 7 - 12 if row == ROW else width
        parts += [
            text(short(side.label, room), 0, y + 16, "label"),
            tag("rect", x=0, y=y + 23, width=width - 2, height=12, class_="track"),
            tag(
                "rect",
                x=0,
                y=y + 23,
                width=max(scale(side.value), 1.5 if side.value > 0 else 0.0),
                height=12,
                class_=class_,
            ),
            text(numbers, width - 2, y + 16, "label number", "end")
            if row == ROW
            else text(numbers, 0, y + 51, "axis number"),
        ]
        parts.append(rule(0, y + 20, 0, y + 38, "tick"))
    told = "; ".join(f"{side.label}: {amount(side)}" for side in sides)
    return chart(name, (width, row * len(sides) - 4), title, told, parts)


def amount(side: Side) -> str:
    """A group's number, with what it was counted from."""
    if side.unit != "ratio":
        return f"{side.value:.4g} {side.unit}".strip()
    if side.total is None:
        return percent(side.value)
    return f"{_precise(side.value)}  ·  {side.bad or 0:,.0f} of {side.total:,.0f} {side.of} failed"


def _precise(share: float) -> str:
    return percent(share) if share < 0.001 or share >= 0.9995 else f"{share * 100:.1f} %"  # noqa: PLR2004 - as in prose
