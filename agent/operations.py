"""What the outside may ask of the running daemon: the port that people's and machines' doors are written against.

Implemented by `agent.daemon`; used by the HTTP door (integrations.web) and by Slack (integrations.slack).
"""

from collections.abc import Mapping
from typing import Protocol

from agent.model.alert import Alert
from agent.model.audit import AuditEntry
from agent.model.identity import Identity
from agent.model.incident import Incident
from agent.model.journal import JournalEntry
from agent.model.proposal import Decision, Proposal
from agent.model.report import Report
from agent.model.snapshot import Snapshot


class Operations(Protocol):
    """The running daemon, seen from outside."""

    async def receive(self, alerts: list[Alert]) -> list[str]:
        """Take in alerts, stored when this returns; the ids of the incidents they belong to."""

    async def incidents(self, closed: bool | None = None, limit: int = 100) -> list[Incident]:
        """Newest first."""

    async def report(self, incident_id: str) -> Report | None:
        """All that is known now, or None for an unknown id."""

    async def snapshot(self, incident_id: str) -> Snapshot | None:
        """The recording of its investigation, secrets masked, or None for an unknown id. Raises Refused, saying why."""

    async def journal(self, incident_id: str, after: int, wait_seconds: float) -> list[JournalEntry]:
        """Entries after `after`; waits up to that long for the first."""

    async def said(self, after: int, wait_seconds: float) -> list[JournalEntry]:
        """Entries of all incidents after `after`, some hundreds at most; waits up to that long for the first."""

    async def last_said(self) -> int:
        """The `seq` of the newest entry; 0 before the first."""

    async def note(self, incident_id: str, key: str, text: str) -> None:
        """Say once in the incident's journal that something went wrong on the way to people."""

    async def audit(self, incident_id: str) -> list[AuditEntry]:
        """What is answered for in one incident, in order."""

    async def pending(self, incident_id: str | None = None) -> list[Proposal]:
        """Open questions to people."""

    async def decide(
        self, decision: Decision, who: Identity | None = None, narrow: Mapping[str, int | str] | None = None
    ) -> Decision:
        """Answer an open question; what was recorded. Raises Refused, saying why; NotAllowed, saying who may.

        `who` is what the channel's adapter proved (None: nothing) and outranks any identity in the decision. `narrow`
        changes fields of the action to less than was asked (agent.policy.narrow).
        """

    async def take_over(self, incident_id: str, who: Identity | None = None, name: str = "") -> Incident:
        """A person is on it: nothing is proposed or done until it is handed back. Raises Refused, NotAllowed.

        `name` is shown where nobody's identity is proven.
        """

    async def hand_back(self, incident_id: str, who: Identity | None = None, name: str = "") -> Incident:
        """Let Steadyhand go on where it stands. Raises Refused, NotAllowed."""

    async def troubles(self) -> list[str]:
        """What keeps the daemon from being ready; empty when it is."""

    async def lacking(self) -> list[str]:
        """What could not be reached at the last look, and what that costs; the daemon works without it."""
