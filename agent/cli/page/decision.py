"""Shows the tests: the deciding one side by side, then all in the order they were run."""

from typing import NamedTuple

from agent.cli.figures import percent
from agent.cli.hypotheses_view import ranked
from agent.cli.page.drawing import NARROW, Scale, ceiling, chart, responsive, rule, short, text
from agent.cli.page.markup import NOTHING, Child, Markup, cite, join, section, spaced, table, tag
from agent.cli.page.suspects import lines_of, tests_of
from agent.model.hypothesis import Hypothesis, TestOutcome, Verdict
from agent.model.picture import Side
from agent.model.report import Report

ROW, ROW_NARROW, ASIDE = 46, 62, 4
"""Pixels a bar takes, and how many other comparisons are shown beside the deciding one."""


class Comparison(NamedTuple):
    """One test that compared groups."""

    test: TestOutcome
    sides: list[Side]


def decision(report: Report) -> Markup:
    """The deciding test large, the other comparisons small, every test in a table."""
    tests = tests_of(report)
    if not tests:
        return NOTHING
    known = {piece.id for piece in report.evidence}
    first = deciding(report)
    others = [c for c in comparisons(report) if first is None or _key(c.test) != _key(first.test)][:ASIDE]
    return section(
        "tests",
        "The deciding test, side by side" if first else "The tests",
        _large(first, known) if first else tag("p", "No single test decided.", class_="quiet"),
        tag("div", *(_small(c, known, place) for place, c in enumerate(others)), class_="pairs") if others else None,
        tag("h3", "Every test, in order"),
        _table(report, tests, first),
    )


def deciding(report: Report) -> Comparison | None:
    """The test that spoke most for the confirmed hypothesis, with its groups if anybody kept them."""
    stands = next((h for h in report.hypotheses if h.verdict is Verdict.CONFIRMED), None)
    if stands is None:
        return None
    telling = [t for t in stands.tests if t.discriminating and t.predicted > t.rivals]
    best = max(telling, key=lambda t: t.predicted / max(t.rivals, 1e-9), default=None)
    if best is None:
        return None
    return Comparison(best, best.sides or _sides(report.hypotheses).get(_key(best), []))


def comparisons(report: Report) -> list[Comparison]:
    """Every test whose groups are known, in order."""
    kept = _sides(report.hypotheses)
    return [Comparison(test, kept[_key(test)]) for test in tests_of(report) if _key(test) in kept]


def _sides(hypotheses: list[Hypothesis]) -> dict[tuple[str, str], list[Side]]:
    return {_key(t): t.sides for h in ranked(hypotheses) for t in h.tests if t.sides}


def _key(test: TestOutcome) -> tuple[str, str]:
    return test.probe, test.subject


def _large(found: Comparison, known: set[str]) -> Markup:
    words = tag("p", tag("b", found.test.question), class_="question")
    drawn = responsive(lambda width: bars("deciding", found, width)) if found.sides else None
    seen = tag("figcaption", spaced("Seen:", found.test.statement, cite(found.test.evidence, known)))
    worth = (
        f"If this suspect is the cause, that outcome has a probability of {percent(found.test.predicted)};"
        f" if one of its rivals is, {percent(found.test.rivals)}."
    )
    return tag("figure", words, drawn, seen, tag("p", worth, class_="quiet"), class_="deciding")


def _small(found: Comparison, known: set[str], place: int) -> Markup:
    caption = spaced(found.test.question, tag("span", f"({found.test.subject})", class_="quiet"))
    drawn = bars(f"pair-{place}", found, NARROW)
    return tag("figure", tag("p", caption), drawn, cite(found.test.evidence, known))


def bars(name: str, found: Comparison, width: int) -> Markup:
    """One bar a group on one scale, its label above and its numbers beside that or, on a narrow page, below."""
    row = ROW if width > NARROW else ROW_NARROW
    top = ceiling(max([side.value for side in found.sides], default=0.0))
    scale = Scale(0.0, top, 0, width - 2)
    highest = max(found.sides, key=lambda side: side.value)
    parts: list[Markup] = []
    for place, side in enumerate(found.sides):
        y, numbers, class_ = place * row, amount(side), "bar high" if side is highest else "bar low"
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
    told = "; ".join(f"{side.label}: {amount(side)}" for side in found.sides)
    return chart(name, (width, row * len(found.sides) - 4), found.test.question, told, parts)


def amount(side: Side) -> str:
    """A group's number, with what it was counted from."""
    if side.unit != "ratio":
        return f"{side.value:.4g} {side.unit}".strip()
    if side.total is None:
        return percent(side.value)
    return f"{_precise(side.value)}  ·  {side.bad or 0:,.0f} of {side.total:,.0f} {side.of} failed"


def _precise(share: float) -> str:
    return percent(share) if share < 0.001 or share >= 0.9995 else f"{share * 100:.1f} %"  # noqa: PLR2004 - as in prose


def _table(report: Report, tests: list[TestOutcome], first: Comparison | None) -> Markup:
    known = {piece.id for piece in report.evidence}
    top = lines_of(report.hypotheses)[0]
    rows: list[list[Child]] = []
    for number, test in enumerate(tests, start=1):
        mark = (
            tag("span", " deciding", class_="verdict confirmed")
            if first and _key(test) == _key(first.test)
            else NOTHING
        )
        rows.append(
            [
                f"{number}",
                join(test.question, " ", tag("span", f"({test.subject})", class_="quiet"), mark),
                spaced(test.statement, cite(test.evidence, known)),
                tag("span", f"{percent(test.before)} → {percent(test.after)}", class_="number"),
            ]
        )
    return table(["", "question", "seen", f"{top.letter} moved"], rows, "tests")
