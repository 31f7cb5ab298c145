"""What the channel should show of an incident now: pure, from what is known of it. Called by `outbox.py`.

The messages follow from the incident alone, not from what happened since the last look: after any
pause, crash or failure the same messages are wanted again, and those that are there already are left alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import ValidationError

from agent.model.hypothesis import Verdict
from agent.model.journal import JournalEntry, Topic
from agent.model.proposal import Decision, DecisionKind, Permission, PermissionKind, Proposal
from agent.model.record import Record, digest
from agent.model.report import Report
from agent.model.rules import Budget
from integrations.slack import card, handover, progress
from integrations.slack.blocks import Note, bold, bullets, note, own, paragraph, said, small
from integrations.slack.deciding import choices
from integrations.slack.figures import percent

AnyRecord = TypeVar("AnyRecord", bound=Record)

ROOT = "incident"
HANDED_OVER = "hand-over"

OURS = "slack "
"""How the keys of journal entries begin that we wrote ourselves: they are no news for Slack."""

_TOLD = {Topic.ACTION, Topic.VERIFIED, Topic.TROUBLE, Topic.APPROVAL, Topic.TAKEN}
"""What gets a reply of its own, in the words of the journal."""

_TESTS = 12
_LAST_MINUTES = 120


@dataclass(frozen=True)
class View:
    """All that is known of one incident at a moment."""

    report: Report
    entries: list[JournalEntry]
    open: list[Proposal]  # questions that wait for an answer
    budget: Budget | None = None
    mention: str = ""  # whom a question calls, in Slack's own words from the configuration

    @property
    def closed(self) -> bool:
        """Nothing more will happen to it."""
        return self.report.incident.phase.closed()

    @property
    def closing(self) -> bool:
        """Its last word is said, and it is closed in a moment: nobody says that, so somebody has to look again."""
        return not self.closed and any(entry.topic is Topic.REMEMBERED for entry in self.entries)


@dataclass(frozen=True)
class Wanted:
    """One message as it should be."""

    name: str
    note: Note
    digest: str  # of all that matters about it: what differs in nothing else is not edited
    final: bool  # it will not change any more
    loud: bool = False  # a reply that the channel shows too
    only_edit: bool = False  # not worth a new message where there is none yet


def wanted(view: View) -> list[Wanted]:
    """The incident's own message first, then the replies in its thread, in order."""
    return [_root(view), *_verdict(view), *_questions(view), *_told(view), *_over(view)]


def _root(view: View) -> Wanted:
    thread = "Details are in the thread; ask there: why not the deploy? what did you not see? what now? undo?"
    shown = progress.message(view.report, view.budget, thread)
    still = view.report.evolve(at=view.report.incident.opened_at)  # the time of the look alone is no news
    return Wanted(ROOT, shown, _digest(progress.message(still, view.budget, thread)), view.closed)


def _questions(view: View) -> list[Wanted]:
    permissions = {e.key: _read(Permission, e) for e in view.entries if e.topic is Topic.PERMISSION}
    decisions = {made.digest: made for e in view.entries if (made := _read(Decision, e)) and e.topic is Topic.DECISION}
    if view.report.decision:
        decisions.setdefault(view.report.decision.digest, view.report.decision)
    found: list[Wanted] = []
    for entry in view.entries:
        proposal = _read(Proposal, entry) if entry.topic is Topic.PROPOSAL else None
        if proposal is None:
            continue
        permission = permissions.get(entry.key.replace(Topic.PROPOSAL, Topic.PERMISSION, 1))
        if permission is None or permission.kind is PermissionKind.ASK:
            found += _question(view, proposal, decisions.get(proposal.digest), permission)
    return found


def _question(view: View, proposal: Proposal, decision: Decision | None, permission: Permission | None) -> list[Wanted]:
    name = f"question {proposal.digest}"
    asked = next((p for p in view.open if p.digest == proposal.digest), None)
    if decision is not None:
        shown = card.answered(proposal, decision)
        return [Wanted(name, shown, _digest(shown), final=True, only_edit=True)]
    if asked is None:
        newer = any(other.digest != proposal.digest for other in view.open)
        if not (newer or view.closed):
            return []  # it was just answered: the journal is about to say how
        shown = card.replaced(proposal, "a newer question took its place" if newer else "the incident is over")
        return [Wanted(name, shown, _digest(shown), final=True, only_edit=True)]
    shown = card.question(asked, _steady(asked, view.report.at), permission, narrowable=bool(choices(asked)))
    if view.mention:  # of our own configuration: the one text that may call people; only a block does
        called = {"type": "section", "text": {"type": "mrkdwn", "text": view.mention}}
        shown = shown.evolve(text=f"{view.mention} {shown.text}", blocks=[called, *shown.blocks])
    whole = [
        Wanted(f"{name} part {number}", part, _digest(part), final=True)
        for number, part in enumerate(card.in_full(asked) if card.cuts(asked) else [], start=1)
    ]
    return [Wanted(name, shown, _digest(shown), final=False, loud=True), *whole]


def _steady(proposal: Proposal, now: datetime) -> datetime:
    """A moment, not before now, at which the time left is whole: each edit of a countdown must be worth one."""
    left = max((proposal.expires_at - now).total_seconds(), 0.0)
    step = 60 if left > _LAST_MINUTES else 15
    return proposal.expires_at - timedelta(seconds=left // step * step)


def _verdict(view: View) -> list[Wanted]:
    """How each suspect was tested, once it is settled; another round of tests gets another reply."""
    found = []
    for entry in view.entries:
        if entry.topic is not Topic.VERDICT:
            continue
        tests = [
            [
                bold(one.claim, 160),
                own(f"  {percent(test.before)} → {percent(test.after)}  "),
                said(test.statement, 300),
            ]
            for one in view.report.hypotheses
            for test in one.tests
            if abs(test.after - test.before) > 0
        ]
        blocks = [paragraph(said(entry.text, 1_000)), *([bullets(tests[:_TESTS])] if tests else [])]
        if len(tests) > _TESTS:
            blocks.append(small(f"and {len(tests) - _TESTS} more in the report"))
        found.append(_once(entry, note(entry.text, blocks)))
    return found


def _told(view: View) -> list[Wanted]:
    told = [e for e in view.entries if e.topic in _TOLD and not e.key.startswith(OURS)]
    return [_once(e, note(e.text, [paragraph(said(e.text, 1_000))]), loud=e.topic is Topic.VERIFIED) for e in told]


def _over(view: View) -> list[Wanted]:
    escalated = [entry for entry in view.entries if entry.topic is Topic.ESCALATED]
    if not escalated:
        return []
    report, last = view.report, escalated[-1]
    sections = {
        "Known": [f"{h.claim}: {h.why}" for h in report.hypotheses if h.verdict is Verdict.CONFIRMED]
        + [finding.statement for finding in report.findings[:8]],
        "Ruled out": [f"{h.claim}: {h.why}" for h in report.hypotheses if h.verdict is Verdict.REFUTED],
        "Not visible": [f"{item.source}: {gap}" for item in report.coverage.items for gap in item.gaps],
        "Tried": [e.text for e in view.entries if e.topic in (Topic.ACTION, Topic.VERIFIED)]
        + [e.text for e in view.entries if e.topic is Topic.DECISION and DecisionKind.DENIED.value in e.text],
        "Next": report.next_steps or [last.text],
    }
    shown = handover.message(report.incident.title, report.summary, sections)
    return [Wanted(HANDED_OVER, shown, _digest(shown), final=view.closed, loud=True)]


def _once(entry: JournalEntry, shown: Note, *, loud: bool = False) -> Wanted:
    """A reply that tells one entry and is never edited: what was said is said."""
    return Wanted(f"entry {entry.seq}", shown, digest(entry.key), final=True, loud=loud)


def _digest(shown: Note) -> str:
    return digest(shown)


def _read(record: type[AnyRecord], entry: JournalEntry) -> AnyRecord | None:
    try:
        return record.model_validate(entry.data)
    except ValidationError:
        return None
