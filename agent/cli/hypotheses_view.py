"""Shows each hypothesis with its probability before and after, its verdict, and every test that moved it."""

from rich.console import Group, RenderableType
from rich.text import Text

from agent.cli.figures import bar, percent
from agent.cli.layout import Grid, cite, grid, paragraph
from agent.cli.untrusted import line
from agent.model.hypothesis import Condition, Hypothesis, TestOutcome, Verdict

STYLES = {
    Verdict.CONFIRMED: "bold red",
    Verdict.REFUTED: "green",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.OPEN: "",
}
_STILL = 0.005  # smaller moves than half a percent point are shown as none


def hypotheses(items: list[Hypothesis]) -> RenderableType:
    """All of them, the most probable first, each with its tests."""
    if not items:
        return Text("  no hypothesis was formed")
    blocks: list[RenderableType] = []
    for hypothesis in ranked(items):
        blocks += [_head(hypothesis), *(_test(outcome) for outcome in hypothesis.tests)]
    return Group(*blocks)


def standings(items: list[Hypothesis]) -> RenderableType:
    """One row a hypothesis: probability, bar, claim; no tests."""
    table = grid(1, 7, 10, None)
    for hypothesis in ranked(items):
        claim = Text(line(hypothesis.claim), style=STYLES[hypothesis.verdict])
        table.add_row("", percent(hypothesis.probability), bar(hypothesis.probability), claim)
    return table


def ranked(items: list[Hypothesis]) -> list[Hypothesis]:
    """Most probable first."""
    return sorted(items, key=lambda each: -each.probability)


def arrow(before: float, after: float) -> Text:
    """Stronger, weaker or unmoved; the sign says it without colour."""
    if after - before > _STILL:
        return Text("▲", style="red")
    if before - after > _STILL:
        return Text("▼", style="green")
    return Text("=", style="dim")


def shift(before: float, after: float) -> str:
    """Before and after: "41 % → 87 %"."""
    return f"{percent(before)} → {percent(after)}"


def comparison(outcome: TestOutcome) -> str:
    """What this hypothesis expected of the outcome, against its rivals, and what that was worth."""
    worth = "discriminating" if outcome.discriminating else "not discriminating"
    return (
        f"outcome {line(outcome.seen, 80)!r}: expected here with {percent(outcome.predicted)},"
        f" by its rivals with {percent(outcome.rivals)} ({worth})"
    )


def condition(found: Condition) -> RenderableType:
    """The smallest condition that separates failing from healthy, with what speaks against it."""
    dimensions = ", ".join(f"{line(name, 80)} = {line(value, 120)}" for name, value in found.dimensions.items())
    against = f"{found.support} failing inside it, {found.counter_examples} against it {cite(found.evidence)}"
    return Group(*(paragraph(text) for text in (found.statement, dimensions, against) if text))


def _head(hypothesis: Hypothesis) -> Grid:
    table = grid(1, 12, None)
    style = STYLES[hypothesis.verdict]
    table.add_row("", "", "")
    table.add_row("", Text(hypothesis.verdict.value.upper(), style=style), Text(line(hypothesis.claim), style="bold"))
    moved = (
        f"{bar(hypothesis.probability)} {shift(hypothesis.prior, hypothesis.probability)} {cite(hypothesis.evidence)}"
    )
    table.add_row("", "", Text(moved))
    if hypothesis.why:
        table.add_row("", "", Text(line(hypothesis.why), style="italic"))
    if not hypothesis.tests:
        table.add_row("", "", Text("no test was run on it", style="dim"))
    return table


def _test(outcome: TestOutcome) -> Grid:
    table = grid(12, 1, None)
    question = f"{line(outcome.probe, 60)}: {line(outcome.question)}"
    subject = f" ({line(outcome.subject, 120)})" if outcome.subject else ""
    table.add_row(
        "", arrow(outcome.before, outcome.after), Text(f"{shift(outcome.before, outcome.after)}  {question}{subject}")
    )
    table.add_row("", "", Text(f"seen: {line(outcome.statement)} {cite(outcome.evidence)}"))
    table.add_row("", "", Text(comparison(outcome), style="dim"))
    return table


def verdicts(items: list[Hypothesis]) -> RenderableType:
    """One row a hypothesis: verdict, how it moved, claim and why; no tests."""
    table = grid(1, 12, 15, None)
    for each in ranked(items):
        verdict = Text(each.verdict.value.upper(), style=STYLES[each.verdict])
        claim = Text(line(each.claim), style="bold")
        if each.why:
            claim.append(f"; {line(each.why)}", style="not bold italic")
        table.add_row("", verdict, shift(each.prior, each.probability), claim)
    return table
