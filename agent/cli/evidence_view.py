"""Lists the evidence a report cites, each with the query a person can paste."""

import re

from rich.console import Group, RenderableType
from rich.text import Text

from agent.cli.figures import clock
from agent.cli.untrusted import line
from agent.model.report import Cited, Report

_ID = re.compile(r"\bE\d+\b")
_QUERY_LIMIT = 8000


def evidence(report: Report) -> RenderableType:
    """The cited pieces in full; the others counted."""
    wanted = cited_ids(report)
    shown = [piece for piece in report.evidence if piece.id in wanted] or report.evidence
    rest = len(report.evidence) - len(shown)
    parts: list[RenderableType] = []
    for piece in shown:
        parts += _piece(piece)
    if rest:
        parts.append(Text(f"  {rest} more that nothing above cites: --json has them", style="dim"))
    return Group(*parts) if parts else Text("  none")


def cited_ids(report: Report) -> set[str]:
    """Every evidence id that something in the report stands on."""
    ids = {each for hypothesis in report.hypotheses for each in hypothesis.evidence}
    ids |= {each for hypothesis in report.hypotheses for test in hypothesis.tests for each in test.evidence}
    ids |= {each for finding in report.findings for each in finding.evidence}
    ids |= set(report.condition.evidence if report.condition else [])
    ids |= set(report.verification.evidence if report.verification else [])
    prose = [report.summary, *report.next_steps, *(hypothesis.why for hypothesis in report.hypotheses)]
    prose += [report.proposal.reason] if report.proposal else []
    return ids | {each for text in prose for each in _ID.findall(text)}


def _piece(piece: Cited) -> list[RenderableType]:
    head = Text(f"  [{line(piece.id, 20)}]", style="bold")
    head.append(
        f" {line(piece.source, 40)}, asked {clock(piece.asked_at)}: {line(piece.summary)}", style="not bold default"
    )
    # Neither wrapped nor cropped: a query broken over lines cannot be pasted.
    query = Text(f"      {line(piece.question, _QUERY_LIMIT)}", style="cyan", no_wrap=True, overflow="ignore")
    return [head, query]
