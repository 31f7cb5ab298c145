"""Tells an incident as it happens, one journal entry after the other: the live form of `demo` and `watch`.

A Story remembers what it has told (probabilities, burns while verifying, the onset), so that each
entry shows what changed by it. An entry without its record is told by its text alone.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from rich.console import Console, RenderableType
from rich.text import Text

from agent.cli import burn_view, coverage_view, memory_view, proposal_view, timeline_view, verification_view
from agent.cli.entry_record import record_of
from agent.cli.figures import clock
from agent.cli.hypotheses_view import standings, verdicts
from agent.cli.layout import grid, paragraph
from agent.cli.moves_view import headline, moves
from agent.cli.report_view import finding
from agent.cli.untrusted import line
from agent.model.action import LedgerEntry
from agent.model.change import Change
from agent.model.coverage import Coverage
from agent.model.finding import Finding, FindingKind
from agent.model.hypothesis import Hypothesis
from agent.model.incident import Incident
from agent.model.journal import JournalEntry, Topic
from agent.model.memory import Memory
from agent.model.proposal import Decision, Permission, Proposal
from agent.model.slo import Burn
from agent.model.verification import Verification

_STYLES = {
    Topic.OPENED: "bold red",
    Topic.VERDICT: "bold",
    Topic.PROPOSAL: "bold yellow",
    Topic.VERIFIED: "bold",
    Topic.ESCALATED: "bold yellow",
    Topic.TROUBLE: "bold red",
}


class Told(NamedTuple):
    """What a teller makes of a record: a sentence ("" for the entry's own text) and what stands below it."""

    sentence: str = ""
    body: RenderableType | None = None


class Story:
    """Prints the entries of one incident after the other; a new incident starts afresh."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begin("")
        self._tellers: dict[Topic, Callable[[Any], Told]] = {
            Topic.OPENED: self._opened,
            Topic.BURN: self._burn,
            Topic.RECALLED: self._recalled,
            Topic.TIMELINE: self._timeline,
            Topic.FINDING: self._finding,
            Topic.HYPOTHESES: self._hypotheses,
            Topic.TEST: self._test,
            Topic.COVERAGE: self._coverage,
            Topic.VERDICT: self._verdict,
            Topic.PROPOSAL: self._proposal,
            Topic.PERMISSION: self._permission,
            Topic.APPROVAL: self._approval,
            Topic.DECISION: self._decision,
            Topic.TAKEN: self._taken,
            Topic.ACTION: self._action,
            Topic.VERIFYING: self._verifying,
            Topic.VERIFIED: self._verified,
            Topic.REMEMBERED: self._remembered,
        }

    def tell(self, entry: JournalEntry) -> None:
        """Print one entry: time, topic, sentence, and what its record shows."""
        if entry.incident_id != self._incident:
            self._begin(entry.incident_id)
        record = record_of(entry)
        told = self._tellers[entry.topic](record) if record is not None else Told()
        head = grid(8, 10, None)
        topic = Text(entry.topic.value, style=_STYLES.get(entry.topic, "bold"))
        head.add_row(Text(clock(entry.at), style="dim"), topic, Text(told.sentence or line(entry.text, 2000)))
        self._console.print(head)
        if told.body is not None:
            self._console.print(told.body)

    def _begin(self, incident_id: str) -> None:
        self._incident = incident_id
        self._known: dict[str, Hypothesis] = {}
        self._burns: list[float | None] = []
        self._onset: datetime | None = None

    def _opened(self, incident: Incident) -> Told:
        service = line(incident.service, 200) if incident.service else "no service resolved"
        unresolved = paragraph(incident.unresolved, "yellow") if incident.unresolved else None
        return Told(f"{service}: {line(incident.title)} ({incident.severity}, {_alerts(incident)})", unresolved)

    def _burn(self, burn: Burn) -> Told:
        return Told(burn_view.headline(burn), burn_view.windows(burn))

    def _recalled(self, memories: list[Memory]) -> Told:
        return Told("", memory_view.gists(memories) if memories else None)

    def _timeline(self, changes: list[Change]) -> Told:
        return Told("", timeline_view.timeline(changes, self._onset))

    def _finding(self, found: Finding) -> Told:
        if found.kind is FindingKind.ERRORS_ROSE and found.onset and self._onset is None:
            self._onset = found.onset
        return Told(finding(found))

    def _hypotheses(self, items: list[Hypothesis]) -> Told:
        self._known = {each.id: each for each in items}
        return Told("", standings(items))

    def _test(self, items: list[Hypothesis]) -> Told:
        earlier, self._known = self._known, {each.id: each for each in items}
        return Told(headline(items, earlier), moves(items, earlier))

    def _coverage(self, seen: Coverage) -> Told:
        return Told("", coverage_view.coverage(seen))

    def _verdict(self, items: list[Hypothesis]) -> Told:
        self._known = {each.id: each for each in items}
        return Told("", verdicts(items))

    def _proposal(self, proposal: Proposal) -> Told:
        return Told("", proposal_view.card(proposal))

    def _permission(self, permission: Permission) -> Told:
        return Told(proposal_view.verdict(permission))

    def _decision(self, decision: Decision) -> Told:
        return Told(proposal_view.decision(decision))

    def _approval(self, decision: Decision) -> Told:
        return Told(f"{proposal_view.decision(decision)}; {decision.awaits} more needed")

    def _taken(self, _incident: Incident) -> Told:
        return Told()

    def _action(self, entry: LedgerEntry) -> Told:
        self._burns = []
        return Told(proposal_view.effect(entry))

    def _verifying(self, seen: Verification) -> Told:
        if not self._burns:
            self._burns.append(seen.burn_before)
        self._burns.append(seen.burn_after)
        return Told("", verification_view.look(self._burns, seen))

    def _verified(self, outcome: Verification) -> Told:
        return Told("", verification_view.outcome(outcome))

    def _remembered(self, memory: Memory) -> Told:
        return Told(memory_view.gist(memory))


def _alerts(incident: Incident) -> str:
    return "1 alert" if len(incident.alerts) == 1 else f"{len(incident.alerts)} alerts"
