"""Draws the hypotheses as they rose and fell over the tests, and lists them with their verdicts."""

from typing import NamedTuple

from agent.cli.figures import percent
from agent.cli.hypotheses_view import ranked
from agent.cli.page.drawing import NARROW, Scale, apart, chart, responsive, rule, short, stroke, text
from agent.cli.page.markup import NOTHING, Child, Markup, cite, join, prose, section, table, tag
from agent.cli.untrusted import line
from agent.model.hypothesis import Hypothesis, TestOutcome, Verdict
from agent.model.report import Report

NAMED = 6
"""Lines with a colour and a label; the others are drawn thin, and told in the table."""

LISTED, OPEN = 40, 10
"""Rows of the table, and how many of them are not folded away."""

TALL = 230
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Line(NamedTuple):
    """One hypothesis in the picture: its letter, its style, and its probability after 0, 1, 2 … tests."""

    letter: str
    style: str
    hypothesis: Hypothesis
    values: list[float]


def suspects(report: Report) -> Markup:
    """The chart and the table."""
    if not report.hypotheses:
        return section("suspects", "Suspects", tag("p", "No hypothesis was formed.", class_="quiet"))
    lines = lines_of(report.hypotheses)
    tests = tests_of(report)
    figure = tag("figure", responsive(lambda width: _chart(lines, width)), tag("figcaption", told(lines)))
    return section("suspects", "Suspects, as they rose and fell", figure if tests else None, _table(report, lines))


def lines_of(hypotheses: list[Hypothesis]) -> list[Line]:
    """The most probable first; the NAMED that ever mattered most get a style of their own."""
    order = ranked(hypotheses)[:LISTED]
    peaks = {h.id: max(h.prior, *(t.after for t in h.tests), 0.0) for h in order}
    named = {h.id for h in sorted(order, key=lambda h: (h.verdict is not Verdict.CONFIRMED, -peaks[h.id]))[:NAMED]}
    found, styles = [], 0
    for place, h in enumerate(order):
        style = "confirmed" if h.verdict is Verdict.CONFIRMED else f"line{styles}" if h.id in named else "other"
        styles += style.startswith("line")
        found.append(Line(_letter(place), style, h, path_of(h)))
    return found


def path_of(hypothesis: Hypothesis) -> list[float]:
    """Its probability before the first test and after each."""
    first = hypothesis.tests[0].before if hypothesis.tests else hypothesis.prior
    return [first, *(test.after for test in hypothesis.tests)]


def tests_of(report: Report) -> list[TestOutcome]:
    """The tests in the order they were run, as the strongest hypothesis saw them."""
    return next((h.tests for h in ranked(report.hypotheses) if h.tests), [])


def told(lines: list[Line]) -> str:
    """The chart in a sentence."""
    named = [each for each in lines if each.style != "other"]
    moved = [f"{each.letter} from {percent(each.values[0])} to {percent(each.values[-1])}" for each in named]
    more = f"; {len(lines) - len(named)} more are in the table" if len(lines) > len(named) else ""
    count = max(len(each.values) - 1 for each in lines)
    return f"Probability of each suspect before the tests and after each of {count}: {', '.join(moved)}{more}."


def _letter(place: int) -> str:
    return (
        LETTERS[place]
        if place < len(LETTERS)
        else f"{LETTERS[place // len(LETTERS) - 1]}{LETTERS[place % len(LETTERS)]}"
    )


def _chart(lines: list[Line], width: int) -> Markup:
    wide = width > NARROW
    left, right = 44, width - (330 if wide else 84)
    count = max(len(each.values) - 1 for each in lines)
    x, y = Scale(0, max(count, 1), left, right), Scale(0.0, 1.0, 14 + TALL, 14)
    drawn = [each for each in lines if each.style == "other"] + [each for each in lines if each.style != "other"]
    labelled = [each for each in lines if each.style != "other"]
    return chart(
        "hypotheses",
        (width, TALL + 56),
        "Probability of each suspect over the tests",
        told(lines),
        [
            join(rule(left, y(v), right, y(v), "grid"), text(f"{v:.0%}", left - 8, y(v) + 4, "axis", "end"))
            for v in (0, 0.25, 0.5, 0.75, 1)
        ],
        _tests_axis(x, y, count),
        [
            stroke([(x(i), y(v)) for i, v in enumerate(each.values)], f"suspect {each.style}")
            for each in reversed(drawn)
        ],
        [tag("circle", cx=x(len(e.values) - 1), cy=y(e.values[-1]), r=3.5, class_=f"end {e.style}") for e in labelled],
        _labels(labelled, x, y, width),
    )


def _tests_axis(x: Scale, y: Scale, count: int) -> Markup:
    every = max(count // 12 + 1, 1)
    ticks = [text("prior", x(0), y.start + 18, "axis", "middle")]
    ticks += [text(f"{i}", x(i), y.start + 18, "axis", "middle") for i in range(1, count + 1) if i % every == 0]
    return join(*ticks, text("test number →", (x.start + x.end) / 2, y.start + 36, "axis", "middle"))


def _labels(lines: list[Line], x: Scale, y: Scale, width: int) -> Markup:
    """At the end of each line: its letter, where it ended, and whom it is about; kept apart, with a thread to the line."""
    heights = apart([y(each.values[-1]) for each in lines], 17, y.end, y.start + 8)
    parts = []
    for each, height in zip(lines, heights, strict=True):
        start = x(len(each.values) - 1) + 5
        at = x.end + 16
        thread = tag("path", d=f"M{start:g} {y(each.values[-1]):g}L{at - 3:g} {height:g}", class_="thread")
        words = f"{each.letter}  {percent(each.values[-1])}"
        if width > NARROW:
            bold = 0.9 if each.style == "confirmed" else 1.0
            words = short(f"{words}  {line(each.hypothesis.claim)}", (width - at) * bold)
        parts.append(join(thread, text(words, at, height + 4, f"name {each.style}")))
    return join(*parts)


def _table(report: Report, lines: list[Line]) -> Markup:
    known = {piece.id for piece in report.evidence}
    rows: list[list[Child]] = [
        [
            tag("b", each.letter),
            join(each.hypothesis.claim, _test_note(each.hypothesis)),
            tag("span", f"{percent(each.values[0])} → {percent(each.values[-1])}", class_="number"),
            verdict(each.hypothesis.verdict),
            join(prose(each.hypothesis.why, known, 600), " ", cite(_why_evidence(each.hypothesis), known)),
        ]
        for each in lines
    ]
    left = len(report.hypotheses) - len(lines)
    more = tag("p", f"{left} more, all less probable, are in the JSON form.", class_="quiet") if left > 0 else NOTHING
    titles = ["", "suspect", "before → after", "verdict", "because"]
    folded = tag("summary", f"{len(rows) - OPEN} less probable ones"), table(titles, rows[OPEN:], "suspects"), more
    return join(table(titles, rows[:OPEN], "suspects"), tag("details", *folded) if len(rows) > OPEN else None)


def _test_note(hypothesis: Hypothesis) -> Markup:
    return NOTHING if hypothesis.tests else tag("span", " (no test was run on it)", class_="quiet")


def _why_evidence(hypothesis: Hypothesis) -> list[str]:
    """The evidence of the test that the verdict names, else nothing: `why` begins with the probe's name."""
    return next((t.evidence for t in hypothesis.tests if hypothesis.why.startswith(f"{t.probe}: {t.statement}")), [])


def verdict(found: Verdict) -> Markup:
    """The verdict as a word that is also coloured."""
    return tag("span", found.value, class_=f"verdict {found.value}")
