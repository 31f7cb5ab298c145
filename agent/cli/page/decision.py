"""Shows the tests: the deciding one side by side, and all in the order they were run."""

from typing import NamedTuple

from agent.cli.figures import percent
from agent.cli.hypotheses_view import ranked
from agent.cli.page.bars import bars
from agent.cli.page.drawing import NARROW, responsive
from agent.cli.page.markup import NOTHING, Child, Markup, cite, join, section, spaced, table, tag
from agent.cli.page.suspects import lines_of, tests_of
from agent.model.hypothesis import Hypothesis, TestOutcome, Verdict
from agent.model.picture import Side
from agent.model.report import Report

ASIDE = 4
"""How many other comparisons are shown beside the deciding one."""


class Comparison(NamedTuple):
    """One test that compared groups."""

    test: TestOutcome
    sides: list[Side]


def decision(report: Report) -> Markup:
    """The deciding test, large; nothing where no single one decided."""
    first = deciding(report)
    known = {piece.id for piece in report.evidence}
    return section("decision", "What decided it", _large(first, known)) if first else NOTHING


def all_tests(report: Report) -> Markup:
    """The other comparisons small, every test in a table."""
    tests = tests_of(report)
    if not tests:
        return NOTHING
    known = {piece.id for piece in report.evidence}
    first = deciding(report)
    others = [c for c in comparisons(report) if first is None or _key(c.test) != _key(first.test)][:ASIDE]
    return section(
        "tests",
        "Every test, in order",
        None if first else tag("p", "No single test decided.", class_="quiet"),
        _table(report, tests, first),
        tag("div", *(_small(c, known, place) for place, c in enumerate(others)), class_="pairs") if others else None,
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
    drawn = responsive(lambda width: bars("deciding", found.test.question, found.sides, width)) if found.sides else None
    seen = tag("figcaption", spaced("Seen:", found.test.statement, cite(found.test.evidence, known)))
    worth = (
        f"If this suspect is the cause, that outcome has a probability of {percent(found.test.predicted)};"
        f" if one of its rivals is, {percent(found.test.rivals)}."
    )
    return tag("figure", words, drawn, seen, tag("p", worth, class_="quiet"), class_="deciding")


def _small(found: Comparison, known: set[str], place: int) -> Markup:
    caption = spaced(found.test.question, tag("span", f"({found.test.subject})", class_="quiet"))
    drawn = bars(f"pair-{place}", found.test.question, found.sides, NARROW)
    return tag("figure", tag("p", caption), drawn, cite(found.test.evidence, known))


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
