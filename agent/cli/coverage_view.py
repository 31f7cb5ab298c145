"""Shows what was asked of each source, what came back, what is missing, and how far that caps the confidence."""

from rich.console import Group, RenderableType
from rich.text import Text

from agent.cli.figures import percent
from agent.cli.layout import grid
from agent.cli.untrusted import line
from agent.model.coverage import Coverage, CoverageItem


def coverage(seen: Coverage) -> RenderableType:
    """One row a source with its gaps below it, then the cap."""
    if not seen.items:
        return Text("  nothing was asked")
    table = grid(1, 9, 7, 9, 6, None)
    table.add_row("", *(Text(title, style="dim") for title in ("source", "asked", "answered", "empty", "not seen")))
    for item in seen.items:
        table.add_row(
            "", Text(line(item.source, 40)), str(item.asked), str(item.answered), str(item.empty), _gaps(item)
        )
    return Group(table, Text(f"  {cap(seen)}"))


def cap(seen: Coverage) -> str:
    """What the coverage allows, in one sentence."""
    if seen.blind:
        return "This is too little to say anything."
    return f"With this coverage the confidence is capped at {percent(seen.cap)}."


def gist(seen: Coverage) -> str:
    """Coverage in one line: answers per source."""
    return ", ".join(f"{line(item.source, 40)} {item.answered + item.empty}/{item.asked}" for item in seen.items)


def _gaps(item: CoverageItem) -> Text:
    if item.gaps:
        return Text("; ".join(line(gap, 200) for gap in item.gaps), style="yellow")
    return Text("never asked" if not item.asked else "")
