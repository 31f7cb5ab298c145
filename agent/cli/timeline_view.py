"""Shows what changed around the onset, in order, with the onset among the changes and each suspect's verdict beside it."""

from datetime import datetime

from rich.console import RenderableType
from rich.text import Text

from agent.cli.figures import clock, span
from agent.cli.layout import Grid, grid
from agent.cli.untrusted import line
from agent.model.change import Change
from agent.model.hypothesis import Hypothesis, Verdict

_MARKS = {Verdict.CONFIRMED: ("  <- the cause", "bold red"), Verdict.REFUTED: ("  (cleared)", "green")}


def timeline(
    changes: list[Change], onset: datetime | None = None, hypotheses: list[Hypothesis] | None = None
) -> RenderableType:
    """Oldest first; times, and where the onset is known how long before (-) or after (+) it."""
    if not changes and onset is None:
        return Text("  no change was seen in the window that was looked at")
    verdicts = _verdicts(hypotheses or [])
    other_days = onset is not None and any(change.at.date() != onset.date() for change in changes)
    table = grid(1, 14 if other_days else 8, 13 if onset else 1, 8, None)
    shown_onset = onset is None
    for change in sorted(changes, key=lambda each: each.at):
        if onset is not None and not shown_onset and change.at > onset:
            _onset_row(table, onset)
            shown_onset = True
        table.add_row("", *_cells(change, onset, verdicts.get(change.id)))
    if onset is not None and not shown_onset:
        _onset_row(table, onset)
    return table


def describe(change: Change) -> str:
    """One change in words: what, on what, which revisions and keys, by whom."""
    said = line(change.summary)
    subject = "" if change.entity.name in said else f"{line(change.entity, 200)}: "
    revisions = ""
    if change.to_revision is not None and "revision" not in said.lower():
        start = f"{change.from_revision} → " if change.from_revision is not None else "now "
        revisions = f" (revision {start}{change.to_revision})"
    keys = f"; keys: {line(', '.join(change.keys), 200)}" if change.keys else ""
    actor = f"; by {line(change.actor, 80)}" if change.actor else ""
    return f"{subject}{said}{revisions}{keys}{actor}"


def _cells(change: Change, onset: datetime | None, verdict: Verdict | None) -> list[Text]:
    text = Text(describe(change))
    if verdict in _MARKS:
        mark, style = _MARKS[verdict]
        text.append(mark, style=style)
    return [
        Text(clock(change.at, onset)),
        Text(_relative(change.at, onset), style="dim"),
        Text(change.kind.value),
        text,
    ]


def _onset_row(table: Grid, onset: datetime) -> None:
    cells = [Text(cell, style="bold red") for cell in (clock(onset), "=============", "ONSET", "errors begin")]
    table.add_row("", *cells)


def _relative(moment: datetime, onset: datetime | None) -> str:
    if onset is None:
        return ""
    seconds = (moment - onset).total_seconds()
    return f"{'-' if seconds <= 0 else '+'}{span(seconds)}"


def _verdicts(hypotheses: list[Hypothesis]) -> dict[str, Verdict]:
    """The verdict on each change; one that any hypothesis confirms is not cleared by another."""
    found: dict[str, Verdict] = {}
    for hypothesis in hypotheses:
        if hypothesis.change and found.get(hypothesis.change) is not Verdict.CONFIRMED:
            settled = found.get(hypothesis.change) in (None, Verdict.REFUTED)
            found[hypothesis.change] = hypothesis.verdict if settled else found[hypothesis.change]
    return found
