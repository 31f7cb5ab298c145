"""Draws who calls whom, with the path on which requests fail."""

from typing import NamedTuple

from agent.cli.figures import percent
from agent.cli.page.drawing import NARROW, chart, responsive, short, text
from agent.cli.page.layers import layers, path
from agent.cli.page.markup import Child, Markup, join, section, table, tag
from agent.cli.untrusted import line
from agent.model.hypothesis import Verdict
from agent.model.picture import Link
from agent.model.report import Report

DRAWN = 24
"""Edges in the drawing; the table has them all."""

TALL, GAP = 44, 22
BOLD = 0.75
"""The share of a box that a bold name may take by the measure of ordinary text."""


class Box(NamedTuple):
    """A service in the drawing: the upper left corner and the width."""

    x: float
    y: float
    width: float


def topology(report: Report) -> Markup:
    """The drawing, its sentence, and the edges as a table."""
    title = "Who calls whom"
    if not report.links:
        words = "No calls of this service are known, neither from metrics nor from its configuration."
        return section("topology", title, tag("p", words, class_="quiet"))
    links = report.links[:DRAWN]
    more = f" {len(report.links) - DRAWN} more edges are in the table only." if len(report.links) > DRAWN else ""
    words = f"{told(report)} Solid: measured; dashed: known from configuration only.{more}"
    figure = tag("figure", responsive(lambda width: _chart(report, links, width)), tag("figcaption", words))
    return section("topology", title, figure, _table(report))


def told(report: Report) -> str:
    """The failing path in a sentence."""
    hot = hot_path(report)
    if hot:
        return f"Failing path: {', '.join(f'{caller} → {callee}' for caller, callee in sorted(hot))}."
    guilty = guilty_of(report)
    if guilty:
        return f"No call to another service fails beyond the normal; the cause sits in {guilty} itself."
    return "No call to another service is known to fail beyond the normal."


def guilty_of(report: Report) -> str:
    """The service the confirmed hypothesis is about, as links name it."""
    stands = next((h for h in report.hypotheses if h.verdict is Verdict.CONFIRMED), None)
    return f"{stands.entity.namespace}/{stands.entity.name}" if stands else ""


def hot_path(report: Report) -> set[tuple[str, str]]:
    """The edges that fail, and those that lead from the service to the one to blame."""
    failing = {(link.caller, link.callee) for link in report.links if link.failing}
    return failing | path(report.links, str(report.incident.service), guilty_of(report))


def _chart(report: Report, links: list[Link], width: int) -> Markup:
    rows = layers(links, str(report.incident.service))
    boxes = _boxes(rows, width)
    hot = hot_path(report)
    back = any(boxes[link.callee].x <= boxes[link.caller].x for link in links)
    height = max(box.y + TALL for box in boxes.values()) + (26 if back else 6)
    return chart(
        "topology",
        (width, height),
        "Who calls whom",
        told(report),
        [_edge(link, boxes, hot=(link.caller, link.callee) in hot) for link in links],
        [_node(report, name, box, hot) for name, box in boxes.items()],
    )


def _boxes(rows: list[list[str]], width: int) -> dict[str, Box]:
    """Columns of equal width with room for the arrows' numbers between them, each centred."""
    between = 150 if width > NARROW else 46
    wide = min((width - between * (len(rows) - 1) - 4) / len(rows), 190)
    tallest = max(len(row) for row in rows)
    found = {}
    for column, row in enumerate(rows):
        top = (tallest - len(row)) * (TALL + GAP) / 2 + 8
        for place, name in enumerate(row):
            found[name] = Box(2 + column * (wide + between), top + place * (TALL + GAP), wide)
    return found


def _edge(link: Link, boxes: dict[str, Box], *, hot: bool) -> Markup:
    """A line from the right of the caller to the left of the callee; one that runs back bends below both."""
    start, end = boxes[link.caller], boxes[link.callee]
    class_ = " ".join(["edge", "hot" if hot else "", "" if link.measured else "guessed"]).strip()
    if end.x <= start.x:
        low = max(start.y, end.y) + TALL + 16
        x1, x2 = start.x + start.width / 2, end.x + end.width / 2
        return tag(
            "path", d=f"M{x1:g} {start.y + TALL:g}C{x1:g} {low:g} {x2:g} {low:g} {x2:g} {end.y + TALL:g}", class_=class_
        )
    x1, y1, x2, y2 = start.x + start.width, start.y + TALL / 2, end.x - 7, end.y + TALL / 2
    bend = (x2 - x1) / 2
    curve = tag("path", d=f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}", class_=class_)
    head = tag(
        "path", d=f"M{x2:g} {y2 - 4:g}L{x2 + 7:g} {y2:g}L{x2:g} {y2 + 4:g}Z", class_="head hot" if hot else "head"
    )
    numbers = text(calls(link), x2 - 2, y2 - 7, "axis count hot" if hot else "axis count", "end")
    roomy = x2 - x1 > len(calls(link)) * 5.6
    return join(curve, head, numbers if roomy else None)


def calls(link: Link) -> str:
    """How many of the calls failed, where that was counted."""
    if link.bad is None or link.total is None:
        return ""
    return f"{link.bad:,.0f} of {link.total:,.0f} fail"


def _node(report: Report, name: str, box: Box, hot: set[tuple[str, str]]) -> Markup:
    service, guilty = str(report.incident.service), guilty_of(report)
    touched = any(name in edge for edge in hot)
    class_ = "node guilty" if name == guilty else "node hot" if touched or name == service else "node"
    note = "the cause" if name == guilty else "burns" if name == service else _outside(report, name)
    bare = name.partition("/")[2] if name.startswith(f"{service.partition('/')[0]}/") else name
    middle = box.x + box.width / 2
    return tag(
        "g",
        tag("rect", x=round(box.x, 1), y=round(box.y, 1), width=round(box.width, 1), height=TALL, rx=4, class_=class_),
        text(short(line(bare), box.width * BOLD), middle, box.y + (19 if note else 27), "label strong", "middle"),
        text(short(note, box.width - 6), middle, box.y + 34, "axis", "middle") if note else None,
    )


def _outside(report: Report, name: str) -> str:
    return "outside" if any(link.external and link.callee == name for link in report.links) else ""


def _table(report: Report) -> Markup:
    rows: list[list[Child]] = [
        [
            link.caller,
            link.callee,
            tag("strong", _failed(link), class_="bad") if link.failing else _failed(link),
            link.known_by,
        ]
        for link in report.links
    ]
    return table(["caller", "callee", "calls failed since the onset", "known by"], rows)


def _failed(link: Link) -> str:
    return f"{percent(link.ratio)}, {calls(link)}".removesuffix(" fail") if link.ratio is not None else "not counted"
