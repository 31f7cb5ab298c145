"""The parts of the page that are lists: findings, changes, earlier incidents, coverage, evidence."""

from datetime import datetime

from agent.cli import coverage_view, memory_view
from agent.cli.evidence_view import cited_ids
from agent.cli.figures import clock, percent, span, stamp
from agent.cli.page.action import diff
from agent.cli.page.drawing import rule
from agent.cli.page.indicator import blamed, numbered
from agent.cli.page.markup import NOTHING, Child, Markup, anchor, cite, join, section, spaced, table, tag, verbatim
from agent.cli.timeline_view import describe
from agent.model.change import Change
from agent.model.coverage import CoverageItem
from agent.model.hypothesis import Verdict
from agent.model.report import Cited, Report

QUERY_LIMIT, UNCITED = 8000, 60
"""Characters of a query, and pieces of evidence shown that nothing cites."""


def timeline(report: Report) -> Markup:
    """What changed, in order, with the onset among the changes."""
    if not report.changes:
        words = "No change was seen in the window that was looked at."
        return section("changes", "What changed", tag("p", words, class_="quiet"))
    rows = [(change.at, _change(report, number, change)) for number, change in numbered(report)]
    if report.onset:
        onset: list[Child] = ["", clock(report.onset), "", tag("strong", "errors begin", class_="bad"), ""]
        rows.append((report.onset, onset))
    ordered = [row for _, row in sorted(rows, key=lambda each: each[0])]
    return section(
        "changes", "What changed", table(["", "time (UTC)", "to the onset", "change", ""], ordered, "changes")
    )


def _change(report: Report, number: int, change: Change) -> list[Child]:
    shown = tag("details", tag("summary", "diff"), diff(change.diff)) if change.diff else NOTHING
    return [
        f"{number}",
        clock(change.at, report.onset),
        _relative(change.at, report.onset),
        join(tag("span", f"{change.kind.value} ", class_="quiet"), describe(change), shown),
        _fate(report, change),
    ]


def _relative(moment: datetime, onset: datetime | None) -> str:
    if onset is None:
        return ""
    seconds = (moment - onset).total_seconds()
    return f"{span(seconds)} {'before' if seconds <= 0 else 'after'}"


def _fate(report: Report, change: Change) -> Markup:
    """Whether it is to blame, or was suspected and cleared."""
    if change.id in blamed(report):
        return tag("span", "the cause", class_="verdict confirmed")
    verdicts = {h.verdict for h in report.hypotheses if h.change == change.id}
    return tag("span", "cleared", class_="verdict refuted") if verdicts == {Verdict.REFUTED} else NOTHING


def findings(report: Report) -> Markup:
    """What the detectors state, and the smallest condition that separates failing from healthy."""
    known = {piece.id for piece in report.evidence}
    items = [
        tag(
            "li",
            tag("b", f"{found.kind.value}: "),
            spaced(found.statement, _normal(found.normal), cite(found.evidence, known)),
        )
        for found in report.findings
    ]
    pinned = report.condition
    if pinned:
        counted = f"({pinned.support} failing inside it, {pinned.counter_examples} against it)"
        items.append(
            tag("li", tag("b", "fails only on: "), spaced(pinned.statement, counted, cite(pinned.evidence, known)))
        )
    return section("findings", "What was found", tag("ul", *items)) if items else NOTHING


def _normal(text: str) -> str | None:
    return f"(normal: {text})" if text else None


def memories(report: Report) -> Markup:
    """Earlier incidents of the service."""
    if not report.recalled:
        return NOTHING
    rows: list[list[Child]] = [
        [
            stamp(m.closed_at),
            m.title,
            f"{m.cause or 'no cause'} ({percent(m.confidence)})",
            m.resolution.value.replace("_", " "),
            memory_view.decision(m),
        ]
        for m in report.recalled[:10]
    ]
    return section("memory", "Seen before", table(["closed", "incident", "cause", "ended", "decision"], rows))


def coverage(report: Report) -> Markup:
    """What was asked, what came back, what is missing, and what that caps."""
    rows = [_source(item) for item in report.coverage.items]
    if not rows:
        return section("coverage", "Coverage", tag("p", "Nothing was asked.", class_="quiet"))
    titles = ["source", "answered", "", "not seen"]
    return section(
        "coverage", "What could be seen", table(titles, rows, "coverage"), tag("p", coverage_view.cap(report.coverage))
    )


def _source(item: CoverageItem) -> list[Child]:
    came = item.answered + item.empty
    numbers = (
        f"{came} of {item.asked}" + (f" ({item.empty} empty)" if item.empty else "") if item.asked else "never asked"
    )
    return [
        item.source,
        tag("span", numbers, class_="number"),
        _bar(item),
        "; ".join(gap[:300] for gap in item.gaps[:12]),
    ]


def _bar(item: CoverageItem) -> Markup:
    """Answered, empty and missing as shares of what was asked; the numbers beside it say the same."""
    if not item.asked:
        return NOTHING
    answered, empty = 120 * item.answered / item.asked, 120 * item.empty / item.asked
    return tag(
        "svg",
        tag("rect", x=0, y=2, width=120, height=10, class_="track"),
        tag("rect", x=0, y=2, width=round(answered, 1), height=10, class_="bar answered"),
        tag("rect", x=round(answered, 1), y=2, width=round(empty, 1), height=10, class_="bar empty"),
        rule(120, 0, 120, 14, "tick"),
        viewBox="0 0 121 14",
        width=121,
        height=14,
        aria_hidden="true",
    )


def evidence(report: Report) -> Markup:
    """Everything cited, and folded away what else was asked; each with the query to paste."""
    wanted = cited_ids(report)
    shown = [piece for piece in report.evidence if piece.id in wanted]
    others = [piece for piece in report.evidence if piece.id not in wanted]
    return section(
        "evidence",
        "Evidence, with the queries to paste",
        _pieces(shown) if shown else tag("p", "Nothing above cites any.", class_="quiet"),
        _uncited(others) if others else None,
    )


def _uncited(others: list[Cited]) -> Markup:
    more = len(others) - UNCITED
    return tag(
        "details",
        tag("summary", f"{len(others)} more answers that nothing above cites"),
        _pieces(others[:UNCITED]),
        tag("p", f"{more} more are in the JSON form.", class_="quiet") if more > 0 else None,
    )


def _pieces(pieces: list[Cited]) -> Markup:
    return table(["id", "asked", "came back"], [_piece(piece) for piece in pieces], "evidence")


def _piece(piece: Cited) -> list[Child]:
    query, moment = split(piece)
    where = f"{piece.source}, asked {clock(piece.asked_at)}{f', {moment}' if moment else ''}"
    asked = tag("code", verbatim(query, QUERY_LIMIT), class_="query")
    return [
        tag("b", piece.id[:20], id=anchor(piece.id)),
        join(asked, tag("span", where, class_="quiet")),
        piece.summary,
    ]


def split(piece: Cited) -> tuple[str, str]:
    """The query alone, so that it can be pasted, and the span it was asked for, which citations put behind it."""
    query, gap, moment = piece.question.rpartition("  [")
    return (query, moment[:-1]) if gap and moment.endswith("]") else (piece.question, "")
