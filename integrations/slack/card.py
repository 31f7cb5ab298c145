"""The card a person decides on: what would be done, why, how much it touches, what was checked, how it is taken back."""

from datetime import datetime

from agent.model.action import TargetState
from agent.model.playbook import VerificationPlan
from agent.model.proposal import Decision, DecisionKind, Permission, Proposal
from agent.model.safety import CheckOutcome, SafetyCheck
from integrations.slack import pressed
from integrations.slack.blocks import (
    Block,
    Note,
    Run,
    actions,
    bold,
    bullets,
    button,
    code,
    header,
    moment,
    note,
    own,
    paragraph,
    preformatted,
    said,
    small,
    strong,
)
from integrations.slack.figures import span
from integrations.slack.mrkdwn import line, pages

GREEN, AMBER, RED, GREY = "#2eb67d", "#ecb22e", "#e01e5a", "#9e9e9e"
_MARKS = {CheckOutcome.PASSED: "✓", CheckOutcome.FAILED: "✗", CheckOutcome.UNKNOWN: "?"}
_COLOURS = {DecisionKind.APPROVED: GREEN, DecisionKind.DENIED: RED, DecisionKind.EXPIRED: GREY}
_MOST = 12
"""Checks and warnings shown on the card; the thread has all."""
_PAGE = 2_900
_MOST_PAGES = 8
"""Parts of a diff that the thread gets; nobody reads more there, and Slack takes one message a second."""


def question(
    proposal: Proposal, now: datetime, permission: Permission | None = None, *, narrowable: bool = False
) -> Note:
    """The open question with its buttons; shown again every minute, so that the time left is right."""
    left = (proposal.expires_at - now).total_seconds()
    told = f"Approve? {proposal.what}"
    blocks = [header(told), *_substance(proposal)]
    if permission is not None:
        blocks.append(small(f"asked by rule {permission.rule}: {permission.reason}"))
    blocks.append(
        paragraph(
            own(f"Expires in {span(left)}, at "),
            moment(proposal.expires_at.timestamp(), proposal.expires_at.strftime("%H:%M UTC")),
            own(f". Nothing is done without an answer. Question {proposal.digest[:8]}."),
        )
    )
    return note(told, [*blocks, _buttons(proposal, narrowable=narrowable)])


def answered(proposal: Proposal, decision: Decision) -> Note:
    """The same card when the question is closed: no buttons, and who decided what where."""
    told = _told(proposal, decision)
    decided = [bold(told, 600)]
    if decision.reason:
        decided += [own(" Reason: "), said(decision.reason, 600)]
    return note(
        told,
        [header(f"{decision.kind.value}: {proposal.what}"), paragraph(*decided), *_substance(proposal)],
        _COLOURS[decision.kind],
    )


def replaced(proposal: Proposal, what_changed: str) -> Note:
    """The same card when its target changed before an answer: a new question is asked, and this one is void."""
    told = f"No longer asked: {proposal.what}"
    why = paragraph(strong("The target changed meanwhile: "), said(what_changed, 600))
    return note(told, [header(told), why, *_substance(proposal)], GREY)


def in_full(proposal: Proposal) -> list[Note]:
    """For the thread: the whole diff, all checks and warnings, where the card cuts them."""
    found = pages(proposal.diff, _PAGE)
    notes = [
        note(f"diff of {proposal.what}, part {number} of {len(found)}", [preformatted(page, most=_PAGE)])
        for number, page in enumerate(found[:_MOST_PAGES], start=1)
    ]
    if len(found) > _MOST_PAGES:
        told = f"{len(found) - _MOST_PAGES} more parts: steadyhand show {proposal.incident_id}"
        notes.append(note(told, [small(told)]))
    points = [*map(_check, proposal.checks), *([own("! "), said(warning, 600)] for warning in proposal.warnings)]
    parts = [points[start : start + _MOST] for start in range(0, len(points), _MOST)]
    return notes + [note("checks and warnings", [bullets(part)]) for part in parts]


def cuts(proposal: Proposal) -> bool:
    """Whether the card leaves something to the thread."""
    return "shown in thread" in str(_substance(proposal)) or len(proposal.checks) + len(proposal.warnings) > _MOST


def _substance(proposal: Proposal) -> list[Block]:
    state = "; ".join(_standing(part.before) for part in proposal.parts)
    blocks = [
        paragraph(strong("Action "), code(proposal.what)),
        paragraph(strong("Why "), said(proposal.reason, 1_500)),
        paragraph(strong("Blast radius "), said(proposal.blast_radius)),
        paragraph(strong("Undo "), *_undo(proposal)),
        paragraph(strong("Worked when "), own(_plan(proposal.verification))),
        paragraph(strong("Target now "), said(state)),
        preformatted(proposal.diff) if proposal.diff.strip() else small("the object's spec does not change"),
    ]
    if proposal.checks:
        blocks += [paragraph(strong("Is it safe?")), bullets([_check(one) for one in proposal.checks[:_MOST]])]
    if proposal.warnings:
        shown = [[said(warning, 300)] for warning in proposal.warnings[:_MOST]]
        blocks += [paragraph(strong("Warnings")), bullets(shown)]
    return blocks


def _standing(state: TargetState) -> str:
    revision = f", revision {state.revision}" if state.revision is not None else ""
    return f"{state.entity}: generation {state.generation}{revision}, {state.replicas} replicas"


def _buttons(proposal: Proposal, *, narrowable: bool) -> Block:
    carried = pressed.value(proposal.incident_id, proposal.digest)
    row = [button("Approve", pressed.APPROVE, carried, "primary")]
    if narrowable:
        row.append(button("Narrow…", pressed.NARROW, carried))
    row += [button("Deny…", pressed.DENY, carried, "danger"), button("I'm on it", pressed.MINE, carried)]
    return actions(row, f"question-{proposal.digest}")


def _check(check: SafetyCheck) -> list[Run]:
    return [
        own(f"{_MARKS[check.outcome]} "),
        bold(f"{check.outcome.value}: {check.name}"),
        own(" "),
        said(check.statement, 400),
    ]


def _undo(proposal: Proposal) -> list[Run]:
    if not proposal.way_back:
        return [own("none: this action cannot be taken back")]
    when = "by itself if the burn does not fall" if proposal.undo_on_failure else "left to a person"
    return [code(proposal.way_back), own(f" ({when})")]


def _plan(how: VerificationPlan) -> str:
    return (
        f"burn is at most {how.max_burn:g}× over {span(how.window_seconds)}, from {span(how.delay_seconds)} after it;"
        f" fewer than {how.min_events} requests: cannot tell"
    )


def _told(proposal: Proposal, decision: Decision) -> str:
    at = decision.at.strftime("%H:%M:%S UTC")
    if decision.kind is DecisionKind.EXPIRED:
        return f"Nobody answered until {at}: {line(proposal.what)} is not done."
    return f"{decision.kind.value.capitalize()} by {line(decision.by, 80)} ({line(decision.channel, 40)}) at {at}."
