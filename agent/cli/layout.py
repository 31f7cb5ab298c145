"""The few shapes all views are made of: headings, label-and-value rows, bullets. No boxes: it must read well in a pipe."""

import os
import sys

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from agent.cli.untrusted import line

LABEL_WIDTH = 12
_PROSE = 4000  # views cut single facts shorter; this only bounds what they put together


def terminal(*, stderr: bool = False) -> Console:
    """A console of ours: no markup, no emoji codes, no guessing at numbers; what cannot be encoded becomes "?"."""
    stream = sys.stderr if stderr else sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")
    # TERM=dumb and pipes get 80 columns from rich unless COLUMNS says otherwise.
    no_color = True if os.environ.get("NO_COLOR") else None
    return Console(file=stream, markup=False, emoji=False, highlight=False, no_color=no_color)


def heading(title: str, aside: str = "") -> Text:
    """A blank line, then the title in capitals with a quieter aside."""
    text = Text("\n")
    text.append(line(title).upper(), style="bold")
    if aside:
        text.append(f"  {line(aside)}", style="dim")
    return text


class Grid(Table):
    """A table without lines whose rows end where their text ends: no trailing blanks in pipes and transcripts."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        drawn = super().__rich_console__(console, options)
        for row in Segment.split_lines(piece for piece in drawn if isinstance(piece, Segment)):
            yield from _trimmed(row)
            yield Segment.line()


def _trimmed(row: list[Segment]) -> list[Segment]:
    kept = list(row)
    while kept and not kept[-1].text.rstrip():
        kept.pop()
    if kept:
        kept[-1] = Segment(kept[-1].text.rstrip(), kept[-1].style)
    return kept


def grid(*columns: int | None) -> Grid:
    """Fixed widths, None takes what is left; long words are folded, never dropped."""
    table = Grid(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
    for width in columns:
        table.add_column(width=width, overflow="fold")
    return table


def rows(pairs: list[tuple[str, str | Text]]) -> Grid:
    """Label and value, one pair a row; pairs with an empty value are left out. Strings are made safe here."""
    table = grid(1, LABEL_WIDTH, None)
    for label, value in pairs:
        if value:
            table.add_row(
                "", Text(label, style="bold"), value if isinstance(value, Text) else Text(line(value, _PROSE))
            )
    return table


def listing(*titles: str) -> Grid:
    """A table with titles above its columns, two blanks between them."""
    table = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def bullets(items: list[str], mark: str = "•") -> Grid:
    """Sentences, one a bullet, continued under themselves."""
    table = grid(1, 1, None)
    for item in items:
        table.add_row("", mark, Text(line(item, _PROSE)))
    return table


def paragraph(text: str, style: str = "") -> Grid:
    """Prose, indented, continued under itself."""
    table = grid(1, None)
    table.add_row("", Text(line(text, _PROSE), style=style))
    return table


def cite(ids: list[str]) -> str:
    """Evidence ids as reports cite them: "[E7, E9]"."""
    return f"[{line(', '.join(ids), 120)}]" if ids else ""
