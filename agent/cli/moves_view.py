"""Shows what one test did to the hypotheses: the numbers it saw, and who grew stronger or weaker by it."""

from rich.console import Group, RenderableType
from rich.text import Text

from agent.cli.figures import bar, percent
from agent.cli.hypotheses_view import STYLES, arrow, ranked, shift
from agent.cli.layout import cite, grid
from agent.cli.untrusted import line
from agent.model.hypothesis import Hypothesis, TestOutcome, Verdict

Reading = tuple[str, str, str]
"""Probe, subject and statement: what makes outcomes of several hypotheses the same reading."""


def moves(now: list[Hypothesis], before: dict[str, Hypothesis]) -> RenderableType:
    """The readings that are new since `before` (by hypothesis id), then the hypotheses that moved."""
    fresh = {each.id: _fresh(each, before.get(each.id)) for each in now}
    blocks: list[RenderableType] = [_reading(outcome) for outcome in _readings(fresh)]
    table = grid(1, 1, 15, 10, None)
    for hypothesis in _moved(now, before):
        start = _start(hypothesis, before.get(hypothesis.id), fresh[hypothesis.id])
        claim = Text(line(hypothesis.claim), style=STYLES[hypothesis.verdict])
        if hypothesis.verdict is not Verdict.OPEN:
            claim.append(f" [{hypothesis.verdict.value}]")
        claim.append(_expected(fresh[hypothesis.id]), style="dim")
        after = hypothesis.probability
        table.add_row("", arrow(start, after), shift(start, after), bar(after), claim)
    return Group(*blocks, table)


def headline(now: list[Hypothesis], before: dict[str, Hypothesis]) -> str:
    """The question of the newest test, and what it was asked of; "" when nothing is new."""
    fresh = {each.id: _fresh(each, before.get(each.id)) for each in now}
    return "; ".join(f"{line(o.question)} ({line(o.subject, 120)})" for o in _readings(fresh))


STILL = 0.005
"""A probability that moved by less than half a point is not worth a line."""


def _moved(now: list[Hypothesis], before: dict[str, Hypothesis]) -> list[Hypothesis]:
    """Those worth a line: the leader, and whoever moved."""

    def still(each: Hypothesis) -> bool:
        earlier = before.get(each.id)
        return (
            earlier is not None and each.verdict is Verdict.OPEN and abs(each.probability - earlier.probability) < STILL
        )

    in_order = ranked(now)
    return [each for position, each in enumerate(in_order) if position == 0 or not still(each)]


def _fresh(hypothesis: Hypothesis, earlier: Hypothesis | None) -> list[TestOutcome]:
    return hypothesis.tests[len(earlier.tests) if earlier else 0 :]


def _start(hypothesis: Hypothesis, earlier: Hypothesis | None, fresh: list[TestOutcome]) -> float:
    if earlier is not None:
        return earlier.probability
    return fresh[0].before if fresh else hypothesis.prior


def _readings(fresh: dict[str, list[TestOutcome]]) -> list[TestOutcome]:
    found: dict[Reading, TestOutcome] = {}
    for outcomes in fresh.values():
        for outcome in outcomes:
            found.setdefault((outcome.probe, outcome.subject, outcome.statement), outcome)
    return list(found.values())


def _reading(outcome: TestOutcome) -> RenderableType:
    table = grid(1, None)
    seen = Text(f"seen: {line(outcome.statement)} ")
    seen.append(cite(outcome.evidence), style="cyan")
    table.add_row("", seen)
    return table


def _expected(fresh: list[TestOutcome]) -> str:
    if not fresh:
        return ""
    last = fresh[-1]
    return f" (expected {percent(last.predicted)}, rivals {percent(last.rivals)})"
