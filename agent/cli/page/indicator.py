"""Draws the service's error ratio and burn, with the onset and what changed around it."""

from datetime import UTC, datetime

from agent.cli import burn_view
from agent.cli.figures import clock, percent, times, window
from agent.cli.page.drawing import (
    GLYPH,
    NARROW,
    Scale,
    ceiling,
    chart,
    levels,
    responsive,
    rule,
    short,
    stroke,
    text,
    time_ticks,
)
from agent.cli.page.markup import Child, Markup, join, section, table, tag
from agent.cli.untrusted import line
from agent.model.change import Change
from agent.model.hypothesis import Verdict
from agent.model.picture import CLOSE_UP, LOOK_BACK, Curve
from agent.model.report import Report

TALL, STRIP = 200, 40
LEFT, RIGHT = 44, 48
"""Room for the figures of the axes."""

ROWS = 4
"""Rows of labels above the chart: more changes than fit there keep their number only."""

MOST = 24
"""Changes drawn: the nearest to the onset."""


def indicator(report: Report) -> Markup:
    """The chart, its sentence, and the burn table."""
    curve = closest(report)
    parts: list[Child] = []
    if curve is None:
        parts.append(tag("p", "The indicator could not be measured, so there is nothing to draw.", class_="quiet"))
    else:
        drawn = responsive(lambda width: _chart(report, curve, width))
        parts.append(tag("figure", drawn, _strip(report, curve), tag("figcaption", told(report, curve))))
    why = tag("p", f"Indicator: {burn_view.indicator(report.slo)}.", class_="quiet small") if report.slo else None
    return section("indicator", "What was measured", *parts, why, _burn(report))


def closest(report: Report) -> Curve | None:
    """The curve around the onset, else the one over the look-back."""
    found = {curve.name: curve for curve in report.curves if curve.times and len(curve.times) == len(curve.values)}
    return found.get(CLOSE_UP) or found.get(LOOK_BACK)


def told(report: Report, curve: Curve) -> str:
    """The chart in one sentence."""
    measured = [value for value in curve.values if value is not None]
    span = f"Error ratio of {report.incident.service or 'the service'}, {_clock(curve.times[0])} to {_clock(curve.times[-1])} UTC"
    if not measured:
        return f"{span}: no requests."
    burn = f" ({times(max(measured) / (1 - report.slo.objective))} the budget)" if report.slo else ""
    highest = f"highest {percent(max(measured))}{burn}, at the end {percent(measured[-1])}"
    onset = f"; errors began at {clock(report.onset)}" if report.onset else ""
    return f"{span}: {highest}{onset}."


def numbered(report: Report) -> list[tuple[int, Change]]:
    """The changes in time order with the numbers that chart and timeline share."""
    return list(enumerate(sorted(report.changes, key=lambda change: change.at), start=1))


def blamed(report: Report) -> set[str]:
    """Ids of changes that a confirmed hypothesis blames."""
    return {h.change for h in report.hypotheses if h.change and h.verdict is Verdict.CONFIRMED}


def _clock(moment: float) -> str:
    return clock(datetime.fromtimestamp(moment, UTC))


def _chart(report: Report, curve: Curve, width: int) -> Markup:
    marks = _marks(report, curve)
    x = Scale(curve.times[0], max(curve.times[-1], curve.times[0] + 1), LEFT, width - RIGHT)
    labels, rows = _labels(report, marks, x, wide=width > NARROW)
    top = 10 + 17 * rows + 14
    y = Scale(0.0, ceiling(max((v for v in curve.values if v is not None), default=0.0)), top + TALL, top)
    points = [None if v is None else (x(t), y(v)) for t, v in zip(curve.times, curve.values, strict=True)]
    onset = report.onset.timestamp() if report.onset else None
    return chart(
        "sli",
        (width, top + TALL + 24),
        f"Error ratio of {report.incident.service or 'the service'} over time, with changes",
        told(report, curve),
        _grid(report, x, y, 8 if width > NARROW else 4),
        _area(points, y.start),
        stroke(points, "sli"),
        [rule(x(c.at.timestamp()), top - 6, x(c.at.timestamp()), y.start, _kind(report, c)) for _, c in marks],
        labels,
        _onset(onset, x, y) if onset is not None and x.low <= onset <= x.high else None,
    )


def _marks(report: Report, curve: Curve) -> list[tuple[int, Change]]:
    """The changes within the curve's span, the nearest to the onset if they are too many."""
    inside = [(n, c) for n, c in numbered(report) if curve.times[0] <= c.at.timestamp() <= curve.times[-1]]
    middle = report.onset.timestamp() if report.onset else curve.times[-1]
    nearest = sorted(inside, key=lambda each: abs(each[1].at.timestamp() - middle))[:MOST]
    return sorted(nearest, key=lambda each: each[0])


def _kind(report: Report, change: Change) -> str:
    return "change cause" if change.id in blamed(report) else "change"


def _labels(report: Report, marks: list[tuple[int, Change]], x: Scale, *, wide: bool) -> tuple[list[Markup], int]:
    """Labels in the first row where they have room, the cause and the nearest to the onset first; the rows used."""
    rows: list[list[tuple[float, float]]] = []
    placed: list[Markup] = []
    for number, change in sorted(marks, key=lambda mark: _urgency(report, mark[1])):
        at, class_ = x(change.at.timestamp()), _kind(report, change)
        for words in [f"{number}  {clock(change.at)} {change.title}", f"{number}"][0 if wide else 1 :]:
            shown = short(line(words), x.end - x.start)
            length = len(shown) * GLYPH + 8
            start = at if at + length <= x.end else max(at - length, x.start)
            row = next((i for i, row in enumerate(rows) if _free(row, start, start + length)), len(rows))
            if row < ROWS:
                rows[row:] = [[*(rows[row] if row < len(rows) else []), (start, start + length)], *rows[row + 1 :]]
                turned = start < at
                placed.append(
                    text(shown, at - 4 if turned else at + 4, 18 + 17 * row, class_, "end" if turned else "start")
                )
                break
    return placed, max(len(rows), 1)


def _urgency(report: Report, change: Change) -> tuple[bool, float]:
    away = abs((change.at - report.onset).total_seconds()) if report.onset else 0.0
    return change.id not in blamed(report), away


def _free(row: list[tuple[float, float]], start: float, end: float) -> bool:
    return all(end <= taken or start >= left for taken, left in row)


def _onset(moment: float, x: Scale, y: Scale) -> Markup:
    at = x(moment)
    side = at + 16 * GLYPH > x.end
    label = text(f"onset {_clock(moment)}", at - 5 if side else at + 5, y.end + 12, "onset", "end" if side else "start")
    return join(rule(at, y.end - 6, at, y.start, "onset"), label)


def _grid(report: Report, x: Scale, y: Scale, most: int) -> Markup:
    """Error ratio on the left, burn on the right, time below; and the budget, where it is high enough to be seen."""
    parts: list[Markup] = []
    for value in levels(y.high):
        parts += [
            rule(x.start, y(value), x.end, y(value), "grid"),
            text(_share(value), x.start - 6, y(value) + 4, "axis", "end"),
        ]
        if report.slo:
            parts.append(text(_burn_tick(value / (1 - report.slo.objective)), x.end + 6, y(value) + 4, "axis"))
    parts.append(text("errors", x.start - 6, y.end - 10, "axis", "end"))
    if report.slo:
        parts.append(text("burn", x.end + 6, y.end - 10, "axis"))
        budget = y(1 - report.slo.objective)
        parts.append(rule(x.start, budget, x.end, budget, "budget"))
    for tick in time_ticks(x.low, x.high, most):
        parts += [
            rule(x(tick), y.start, x(tick), y.start + 4, "tick"),
            text(_clock(tick)[:5] if tick % 60 == 0 else _clock(tick), x(tick), y.start + 18, "axis", "middle"),
        ]
    return join(*parts)


def _share(value: float) -> str:
    return f"{value * 100:.3g}%"


def _burn_tick(value: float) -> str:
    return f"{value:.0f}x" if value >= 10 or value == 0 else f"{value:.2g}x"  # noqa: PLR2004 - two digits say enough


def _area(points: list[tuple[float, float] | None], ground: float) -> Markup:
    """What lies under the line, piece by piece."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(point)
    path = "".join(
        f"M{piece[0][0]:g} {ground:g}" + "".join(f"L{x:g} {y:g}" for x, y in piece) + f"L{piece[-1][0]:g} {ground:g}Z"
        for piece in pieces
        if len(piece) > 1
    )
    return tag("path", d=path, class_="area") if path else Markup("")


def _strip(report: Report, detail: Curve) -> Markup | None:
    """The whole look-back in little, with the span that is drawn large."""
    whole = next((c for c in report.curves if c.name == LOOK_BACK and len(c.times) > 1), None)
    if whole is None or whole is detail or len(whole.times) != len(whole.values):
        return None
    return responsive(lambda width: _small(report, whole, detail, width))


def _small(report: Report, whole: Curve, detail: Curve, width: int) -> Markup:
    x = Scale(whole.times[0], whole.times[-1], LEFT, width - RIGHT)
    y = Scale(0.0, ceiling(max((v for v in whole.values if v is not None), default=0.0)), 4 + STRIP, 4)
    points = [None if v is None else (x(t), y(v)) for t, v in zip(whole.times, whole.values, strict=True)]
    first, last = x(detail.times[0]), x(detail.times[-1])
    inside = [c for _, c in _marks(report, whole)]
    return chart(
        "look-back",
        (width, STRIP + 24),
        "The whole look-back",
        f"{told(report, whole)} {len(report.changes)} changes. The chart above shows {_clock(detail.times[0])} to {_clock(detail.times[-1])}.",
        tag("rect", x=first, y=4, width=max(last - first, 2.0), height=STRIP, class_="shown"),
        rule(x.start, y.start, x.end, y.start, "grid"),
        stroke(points, "sli thin"),
        [rule(x(c.at.timestamp()), 4, x(c.at.timestamp()), y.start, _kind(report, c)) for c in inside],
        [
            text(_clock(tick)[:5], x(tick), STRIP + 20, "axis", "middle")
            for tick in time_ticks(x.low, x.high, 9 if width > NARROW else 4)
        ],
    )


def _burn(report: Report) -> Markup:
    if report.burn is None:
        return tag("p", "The burn of the error budget was not measured.", class_="quiet")
    rows: list[list[Child]] = [
        [
            f"{window(r.long_seconds)} / {window(r.short_seconds)}",
            f"{times(r.long_burn)} / {times(r.short_burn)}",
            f"{r.factor:g}x ({r.severity})",
            tag("strong", "fires", class_="bad")
            if r.fires
            else "no data"
            if None in (r.long_burn, r.short_burn)
            else "quiet",
        ]
        for r in report.burn.readings
    ]
    caption = f"Burn of the error budget at {clock(report.burn.at)}: {burn_view.headline(report.burn)}"
    return table(["windows", "burn, long / short", "fires above", ""], rows, "figures", caption)
