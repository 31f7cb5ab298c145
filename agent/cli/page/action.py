"""What to do, what was proposed and decided, and whether it helped."""

from datetime import UTC, datetime

from agent.cli import proposal_view
from agent.cli.figures import clock, times
from agent.cli.page.bars import bars
from agent.cli.page.drawing import responsive
from agent.cli.page.markup import NOTHING, Child, Markup, cite, join, pre, prose, section, tag
from agent.cli.untrusted import lines
from agent.model.picture import AFTERWARDS, Side
from agent.model.proposal import Proposal
from agent.model.report import Report
from agent.model.verification import Verification

DIFF_LINES, LOOKS = 200, 3


def action(report: Report) -> Markup:
    """Next steps first; then the proposal with all a person needs to decide, and its outcome."""
    known = {piece.id for piece in report.evidence}
    steps = [tag("li", prose(step, known, 1000)) for step in report.next_steps[:20]]
    rows: list[tuple[str, Child]] = []
    if report.proposal:
        rows += _proposed(report.proposal, known)
    if report.permission:
        rows.append(("guard", proposal_view.verdict(report.permission)))
    if report.decision:
        rows.append(("decision", proposal_view.decision(report.decision)))
    if report.verification:
        rows.append(("outcome", _outcome(report.verification, known)))
    if not steps and not rows:
        return NOTHING
    return section(
        "action",
        "What to do, and what was done",
        tag("ol", *steps) if steps else None,
        tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in rows), class_="card")
        if rows
        else None,
        _helped(report),
        _diff(report.proposal.diff) if report.proposal else None,
    )


def _helped(report: Report) -> Markup:
    """Burn before the action, and at each look after it, as bars on one scale."""
    curve = next((c for c in report.curves if c.name == AFTERWARDS and c.times), None)
    found, slo = report.verification, report.slo
    if curve is None or found is None or slo is None:
        return NOTHING
    looks = [
        _burned(f"since the action, at {clock(datetime.fromtimestamp(t, UTC))}", v / (1 - slo.objective))
        for t, v in [*zip(curve.times, curve.values, strict=False)][-LOOKS:]
        if v is not None
    ]
    if not looks:
        return NOTHING
    before = [_burned("before the action", found.burn_before)] if found.burn_before is not None else []
    drawn = responsive(lambda width: bars("burn", "Burn before the action and after it", [*before, *looks], width))
    return tag("figure", tag("p", tag("b", "Did it help?")), drawn)


def _burned(label: str, burn: float) -> Side:
    return Side(label=label, value=round(burn, 1), unit="times what the budget allows")


def _proposed(proposal: Proposal, known: set[str]) -> list[tuple[str, Child]]:
    rows: list[tuple[str, Child]] = [
        *([("changed", tag("b", proposal.changed))] if proposal.changed else []),
        ("proposed", tag("b", proposal.what)),
        ("because", prose(proposal.reason, known, 1500)),
        ("touches", proposal.blast_radius),
        ("undo", proposal.way_back or "none: this action cannot be taken back"),
        ("verified by", proposal_view.plan(proposal.verification)),
        ("digest", tag("code", proposal.digest)),
        *([("approvals", told)] if (told := proposal_view.approvals(proposal)) else []),
    ]
    return rows + (
        [("warnings", tag("ul", *(tag("li", each) for each in proposal.warnings[:12])))] if proposal.warnings else []
    )


def _outcome(found: Verification, known: set[str]) -> Markup:
    class_ = {"recovered": "good", "not recovered": "bad"}.get(found.kind.value)
    span = f", measured {clock(found.since)} to {clock(found.until)}" if found.since and found.until else ""
    moved = f"; burn {times(found.burn_before)} → {times(found.burn_after)}{span}; "
    return join(tag("strong", found.kind.value, class_=class_), moved, found.reason, " ", cite(found.evidence, known))


def _diff(text: str) -> Markup:
    if not text.strip():
        return NOTHING
    caption = tag("figcaption", "The change to the object, by the API server's dry run")
    return tag("figure", caption, diff(text), class_="diff")


def diff(text: str) -> Markup:
    """A unified diff; its signs tell the lines apart without colour."""
    return pre((_kind(row), row) for row in lines(text, DIFF_LINES))


def _kind(row: str) -> str:
    return "added" if row.startswith("+") else "removed" if row.startswith("-") else "same"
