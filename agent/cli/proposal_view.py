"""Shows a proposal as the card a person decides on: nothing that would be done is left out; and what came of it."""

from rich.console import Group, RenderableType
from rich.text import Text

from agent.cli.figures import clock, span, stamp
from agent.cli.layout import bullets, grid, heading, paragraph, rows
from agent.cli.untrusted import line, lines
from agent.model.action import LedgerEntry, TargetState
from agent.model.playbook import VerificationPlan
from agent.model.proposal import Decision, Permission, Proposal

SHORT_DIGEST = 8
_DIFF_STYLES = {"+": "green", "-": "red"}


def card(proposal: Proposal, permission: Permission | None = None) -> RenderableType:
    """Action, reason, diff, blast radius, undo, verification, expiry and digest."""
    parts: list[RenderableType] = [
        heading("proposal", f"digest {short(proposal)}"),
        rows(
            [
                ("changed", Text(line(proposal.changed, 1000), style="bold yellow") if proposal.changed else ""),
                ("action", Text(line(proposal.what), style="bold")),
                ("reason", line(proposal.reason, 1500)),
                ("blast radius", line(proposal.blast_radius)),
                ("undo", _undo(proposal)),
                ("verified by", plan(proposal.verification)),
                ("playbook", line(proposal.playbook, 80)),
                ("target now", _target(proposal)),
                ("expires", _expiry(proposal)),
                ("approvals", approvals(proposal)),
                ("guard", verdict(permission) if permission else ""),
            ]
        ),
        rows([("diff", "of the spec, by the server's own dry run")]),
        diff(proposal.diff),
    ]
    if proposal.checks:
        parts += [
            rows([("is it safe?", "what was looked at before going back")]),
            bullets([f"{check.outcome}: {check.name}: {check.statement}" for check in proposal.checks], "·"),
        ]
    if proposal.warnings:
        parts += [
            rows([("warnings", Text(f"{len(proposal.warnings)}", style="bold yellow"))]),
            bullets(proposal.warnings, "!"),
        ]
    return Group(*parts)


def short(proposal: Proposal) -> str:
    """The digest's beginning, enough for a person to compare."""
    return proposal.digest[:SHORT_DIGEST]


def diff(text: str, limit: int = 400) -> RenderableType:
    """A unified diff. Signs stand in a column of their own: a folded line cannot pass for two."""
    table = grid(1, 1, None)
    for number, row in enumerate(lines(text, limit)):
        sign = "" if _titles(number, row) else row[:1]
        style = _DIFF_STYLES.get(sign, "") if sign else "cyan"
        table.add_row("", Text(sign, style=style), Text(row[len(sign) :], style=style))
    return table if text.strip() else paragraph("the object's spec does not change", "dim")


def _titles(number: int, row: str) -> bool:
    """Whether a row names the two sides or a place, rather than showing a line of the spec."""
    return row.startswith(("@@", "…")) or (number < 2 and row.startswith(("--- ", "+++ ")))  # noqa: PLR2004 - two sides


def plan(how: VerificationPlan) -> str:
    """When and how success is measured."""
    return (
        f"burn of at most {how.max_burn:g}x over {span(how.window_seconds)}, measured from {span(how.delay_seconds)}"
        f" after the action; fewer than {how.min_events} requests: cannot tell"
    )


def verdict(permission: Permission) -> str:
    """The guard's answer with its rule."""
    return f"{permission.kind.value} (rule {line(permission.rule, 80)}): {line(permission.reason)}"


def decision(made: Decision) -> str:
    """Who decided what, when and why."""
    reason = f" ({line(made.reason)})" if made.reason else ""
    known = f"{made.identity}, {made.channel}" if made.identity else made.channel
    who = f"{line(made.by, 80)} ({line(known, 200)})"
    reason += f", narrowed to: {line(made.narrowed.action)}" if made.narrowed else ""
    return f"{made.kind.value} by {who} at {clock(made.at)}{reason}, digest {line(made.digest, 40)[:SHORT_DIGEST]}"


def effect(entry: LedgerEntry) -> str:
    """How far an action got."""
    detail = f": {line(entry.detail)}" if entry.detail else ""
    generation = f" (generation {entry.applied.generation})" if entry.applied else ""
    return f"{entry.state.value}: {line(entry.action)}{generation}{detail}"


def _undo(proposal: Proposal) -> str:
    if not proposal.way_back:
        return "none: this action cannot be taken back"
    when = "taken back by itself if the burn does not fall" if proposal.undo_on_failure else "left to a person"
    return f"{line(proposal.way_back)} ({when})"


def approvals(proposal: Proposal) -> str:
    """How many people have to approve, and who has; nothing where one is enough."""
    if proposal.approvals_needed == 1:
        return ""
    given = ", ".join(line(approval.who, 200) for approval in proposal.approvals) or "nobody yet"
    return f"{proposal.approvals_needed} people have to approve; so far: {given}"


def _target(proposal: Proposal) -> str:
    return "; ".join(standing(part.before) for part in proposal.parts)


def standing(state: TargetState) -> str:
    """A target as it was when the question was asked."""
    revision = f", revision {state.revision}" if state.revision is not None else ""
    return f"{line(state.entity, 200)}: generation {state.generation}{revision}, {state.replicas} replicas"


def _expiry(proposal: Proposal) -> str:
    seconds = (proposal.expires_at - proposal.asked_at).total_seconds()
    return f"{stamp(proposal.expires_at)}, {span(seconds)} after it was asked"
