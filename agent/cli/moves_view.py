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
    """The readings that are new since `before` (by hypothesis id), then every hypothesis with its move."""
    fresh = {each.id: _fresh(each, before.get(each.id)) for each in now}
    blocks: list[RenderableType] = [_reading(outcome) for outcome in _readings(fresh)]
    table = grid(1, 1, 15, 10, None)
    for hypothesis in ranked(now):
        start = _start(hypothesis, before.get(hypothesis.id), fresh[hypothesis.id])
        claim = Text(line(hypothesis.claim), style=STYLES[hypothesis.verdict])
        if hypothesis.verdict is not Verdict.OPEN:
            claim.append(f" [{hypothesis.verdict.value}]")
        claim.append(_expected(fresh[hypothesis.id]), style="dim")
        after = hypothesis.probability
        table.add_row("", arrow(start, after), shift(start, after), bar(after), claim)
    return Group(*blocks, table)


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
    table.add_row("", Text(f"{line(outcome.probe, 60)}: {line(outcome.question)}"))
    seen = Text(f"seen: {line(outcome.statement)} ")
    seen.append(cite(outcome.evidence), style="cyan")
    table.add_row("", seen)
    return table


def _expected(fresh: list[TestOutcome]) -> str:
    if not fresh:
        return ""
    last = fresh[-1]
    return f" (expected {percent(last.predicted)}, rivals {percent(last.rivals)})"
