"""The one message of an incident, edited in place while the investigation goes on, and green at its end."""

from agent.model.coverage import Coverage
from agent.model.hypothesis import Hypothesis, TestOutcome, Verdict
from agent.model.incident import Resolution
from agent.model.picture import AFTERWARDS, CLOSE_UP, LOOK_BACK
from agent.model.report import Report
from agent.model.rules import Budget
from agent.model.slo import Burn
from integrations.slack.blocks import Block, Note, Run, bold, bullets, header, note, own, paragraph, said, small, strong
from integrations.slack.card import AMBER, GREEN, GREY
from integrations.slack.figures import bar, percent, sparkline, times, window

MOST_HYPOTHESES, MOST_GAPS, MOST_STEPS = 5, 4, 5
STILL = 0.005
"""A probability that moved by less than half a point did not move."""

_COLOURS = {
    Resolution.RECOVERED: GREEN,
    Resolution.HANDED_OVER: AMBER,
    Resolution.ADVISED: AMBER,
    Resolution.NOISE: GREY,
}
_MARKS = {Verdict.CONFIRMED: "✓ ", Verdict.REFUTED: "✗ ", Verdict.OPEN: "", Verdict.INCONCLUSIVE: "? "}


def message(report: Report, budget: Budget | None = None, thread: str = "") -> Note:
    """All that is known now; `thread` is a sentence of our own on where the detail is."""
    incident = report.incident
    blocks = [header(_title(report)), small(_place(report)), *_burn(report)]
    blocks.append(paragraph(said(report.summary, 1_200)))
    if report.condition is not None:
        found = report.condition
        counted = f" ({found.support} for, {found.counter_examples} against)"
        blocks.append(paragraph(strong("Only where "), said(found.statement), own(counted)))
    if report.hypotheses:
        blocks += _hypotheses(report.hypotheses)
    blocks += _outcome(report)
    if report.next_steps:
        steps = [[said(step)] for step in report.next_steps[:MOST_STEPS]]
        blocks += [paragraph(strong("Look at")), bullets(steps)]
    blocks.append(small(_seen(report.coverage, budget)))
    if thread:
        blocks.append(small(thread))
    colour = _COLOURS[incident.resolution] if incident.phase.closed() and incident.resolution else ""
    return note(f"{_title(report)}: {report.summary}", blocks, colour)


def _title(report: Report) -> str:
    incident = report.incident
    who = str(incident.service) if incident.service else incident.title
    if incident.phase.closed() and incident.resolution:
        return f"{who}: {incident.resolution.value.replace('_', ' ')}"
    worst = report.burn.worst if report.burn else None
    return f"{who} burns its error budget at {times(worst)}" if worst is not None else f"{who}: {incident.title}"


def _place(report: Report) -> str:
    incident = report.incident
    began = f", since {report.onset.strftime('%H:%M:%S UTC')}" if report.onset else ""
    return f"{incident.severity.value} · {incident.phase.value}{began} · {incident.id} · as of {report.at.strftime('%H:%M:%S UTC')}"


def _burn(report: Report) -> list[Block]:
    curves = {curve.name: curve for curve in report.curves}
    drawn = [curves[name] for name in (AFTERWARDS, CLOSE_UP, LOOK_BACK) if name in curves][:1]
    runs: list[Run] = [own(_windows(report.burn))] if report.burn else []
    for curve in drawn:
        runs += [own("\n"), own(f"{sparkline(curve.values)}  {curve.name}")]
    return [paragraph(strong("Burn "), *runs)] if runs else []


def _windows(burn: Burn) -> str:
    shown = [
        f"{times(r.short_burn)} over {window(r.short_seconds)} (above {r.factor:g}× is a {r.severity.value})"
        for r in burn.readings
    ]
    return ", ".join(shown[:4]) or "no data"


def _hypotheses(items: list[Hypothesis]) -> list[Block]:
    ranked = sorted(items, key=lambda one: one.probability, reverse=True)
    lines = [_hypothesis(one) for one in ranked[:MOST_HYPOTHESES]]
    left = len(items) - len(lines)
    more = [small(f"and {left} less likely ones")] if left > 0 else []
    return [paragraph(strong("Hypotheses")), bullets(lines), *more]


def _hypothesis(one: Hypothesis) -> list[Run]:
    moved = _mover(one)
    runs = [
        own(f"{_arrow(moved)} {bar(one.probability)} {percent(one.probability)}  {_MARKS[one.verdict]}"),
        bold(one.claim, 200),
    ]
    if one.why:
        runs += [own(" · "), said(one.why, 300)]
    elif moved is not None:
        runs += [own(f" · {percent(moved.before)} → {percent(moved.after)} by: "), said(moved.statement, 300)]
    return runs


def _mover(one: Hypothesis) -> TestOutcome | None:
    """The last test that moved it."""
    return next((test for test in reversed(one.tests) if abs(test.after - test.before) >= STILL), None)


def _arrow(moved: TestOutcome | None) -> str:
    if moved is None:
        return "·"
    return "↑" if moved.after > moved.before else "↓"


def _outcome(report: Report) -> list[Block]:
    """What was decided, and what came of it."""
    blocks = []
    if report.decision is not None and report.proposal is not None:
        made = report.decision
        reason = [own(", because "), said(made.reason, 300)] if made.reason else []
        action = said(report.proposal.what)
        blocks.append(
            paragraph(
                strong(f"{made.kind.value} "),
                own("by "),
                said(f"{made.by} ({made.channel})", 120),
                own(": "),
                action,
                *reason,
            )
        )
    if report.verification is not None:
        seen = report.verification
        burns = f" burn {times(seen.burn_before)} → {times(seen.burn_after)}. "
        blocks.append(paragraph(bold(seen.kind.value), own(burns), said(seen.reason)))
    return blocks


def _seen(coverage: Coverage, budget: Budget | None) -> str:
    asked = sum(item.asked for item in coverage.items)
    sources = ", ".join(f"{item.source} {item.answered + item.empty}/{item.asked}" for item in coverage.items)
    gaps = [gap for item in coverage.items for gap in item.gaps]
    told = f"Seen: {sources or 'nothing was asked'}; confidence capped at {percent(coverage.cap)}."
    if gaps:
        told += f" Not seen: {'; '.join(line for line in gaps[:MOST_GAPS])}."
    return told + (f" Questions: {asked} of {budget.questions}." if budget else "")
