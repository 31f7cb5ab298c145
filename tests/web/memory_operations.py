"""An honest daemon in memory: it keeps alerts, waits for journal entries and uses up a question once."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

from agent.errors import NotAllowed, Refused
from agent.model.action import Rollback, TargetState
from agent.model.alert import Alert
from agent.model.audit import AuditEntry
from agent.model.entity import Entity, ServiceRef
from agent.model.identity import Identity
from agent.model.incident import Incident, Phase
from agent.model.journal import JournalEntry, Topic
from agent.model.playbook import VerificationPlan
from agent.model.proposal import Decision, Proposal
from agent.model.report import Conclusion, Report
from agent.model.rules import Rules
from agent.model.slo import Severity
from agent.model.snapshot import Moment, Snapshot

START = datetime(2026, 11, 23, 10, tzinfo=UTC)


class MemoryOperations:
    """`agent.operations.Operations`: one incident for each service named in the alerts."""

    def __init__(self) -> None:
        self.found: dict[str, Incident] = {}
        self.entries: list[JournalEntry] = []
        self.answered_for: list[AuditEntry] = []
        self.open: list[Proposal] = []
        self.decided: dict[str, Decision] = {}
        self.allowed: list[str] | None = None
        self.narrowings: list[dict] = []
        self.in_the_way: list[str] = []
        self.out_of_reach: list[str] = []
        self.unrecordable: set[str] = set()
        self.waited_for = asyncio.Event()
        self._said = asyncio.Condition()

    async def receive(self, alerts: list[Alert]) -> list[str]:
        for alert in alerts:
            name = alert.labels.get("service", "unknown")
            known = self.found.get(f"inc-{name}")
            self.found[f"inc-{name}"] = Incident(
                id=f"inc-{name}",
                service=ServiceRef(namespace="shop", name=name),
                title=alert.name,
                severity=Severity.PAGE,
                started_at=alert.starts_at,
                opened_at=alert.starts_at,
                alerts=[*(known.alerts if known else []), alert],
            )
        return list(dict.fromkeys(f"inc-{alert.labels.get('service', 'unknown')}" for alert in alerts))

    async def incidents(self, closed: bool | None = None, limit: int = 100) -> list[Incident]:
        newest = sorted(self.found.values(), key=lambda one: one.opened_at, reverse=True)
        return [one for one in newest if closed is None or one.phase.closed() == closed][:limit]

    async def report(self, incident_id: str) -> Report | None:
        incident = self.found.get(incident_id)
        if incident is None:
            return None
        return Report(
            at=incident.opened_at,
            incident=incident,
            conclusion=Conclusion.INCONCLUSIVE,
            confidence=float("nan"),
            summary="nothing is known yet",
        )

    async def snapshot(self, incident_id: str) -> Snapshot | None:
        report = await self.report(incident_id)
        if report is None:
            return None
        if incident_id in self.unrecordable:
            raise Refused("nothing of it was investigated yet")
        incident = report.incident
        moments = [Moment(step="triage", at=incident.opened_at)]
        return Snapshot(begun=incident, incident=incident, rules=Rules(), moments=moments, report=report)

    async def journal(self, incident_id: str, after: int, wait_seconds: float) -> list[JournalEntry]:
        def newer() -> list[JournalEntry]:
            return [entry for entry in self.entries if entry.incident_id == incident_id and entry.seq > after]

        async with self._said:
            with contextlib.suppress(TimeoutError):
                if wait_seconds:
                    self.waited_for.set()
                    await asyncio.wait_for(self._said.wait_for(newer), wait_seconds)
            return newer()

    async def said(self, after: int, wait_seconds: float) -> list[JournalEntry]:
        async with self._said:
            with contextlib.suppress(TimeoutError):
                if wait_seconds:
                    await asyncio.wait_for(self._said.wait_for(lambda: self.entries[after:]), wait_seconds)
            return [entry for entry in self.entries if entry.seq > after]

    async def last_said(self) -> int:
        return len(self.entries)

    async def note(self, incident_id: str, key: str, text: str) -> None:
        if not any((said.incident_id, said.key) == (incident_id, key) for said in self.entries):
            await self.say(incident_id, text, Topic.TROUBLE, key)

    async def audit(self, incident_id: str) -> list[AuditEntry]:
        return [entry for entry in self.answered_for if entry.note.incident_id == incident_id]

    async def pending(self, incident_id: str | None = None) -> list[Proposal]:
        return [one for one in self.open if incident_id in (None, one.incident_id)]

    async def decide(self, decision: Decision, who: Identity | None = None, narrow=None) -> Decision:
        who = who or Identity()
        self.narrowings.append(dict(narrow or {}))
        if self.allowed is not None and who.id not in self.allowed:
            raise NotAllowed(f"{who.name} may not approve; who may: {', '.join(self.allowed)}")
        if decision.digest in self.decided:
            raise Refused(f"already decided by {self.decided[decision.digest].by}")
        if decision.digest not in {one.digest for one in self.open if one.incident_id == decision.incident_id}:
            raise Refused("nothing with this digest is being asked")
        decision = decision.evolve(identity=who.id)
        self.decided[decision.digest] = decision
        self.open = [one for one in self.open if one.digest != decision.digest]
        return decision

    async def take_over(self, incident_id: str, who: Identity | None = None, name: str = "") -> Incident:
        incident = self.found[incident_id]
        if incident.taken_by:
            raise Refused(f"{incident.taken_by} is on it already")
        self.found[incident_id] = incident.evolve(taken_by=(who.id if who else "") or name, taken_at=START)
        return self.found[incident_id]

    async def hand_back(self, incident_id: str, who: Identity | None = None, name: str = "") -> Incident:  # noqa: ARG002 - anybody may here
        if not self.found[incident_id].taken_by:
            raise Refused(f"nobody has taken {incident_id} over")
        self.found[incident_id] = self.found[incident_id].evolve(taken_by="", taken_at=None)
        return self.found[incident_id]

    async def troubles(self) -> list[str]:
        return self.in_the_way

    async def lacking(self) -> list[str]:
        return self.out_of_reach

    async def say(self, incident_id: str, text: str, topic: Topic = Topic.FINDING, key: str = "") -> None:
        """Append to the journal, waking whoever waits."""
        async with self._said:
            self.entries.append(
                JournalEntry(
                    incident_id=incident_id,
                    key=key or str(len(self.entries)),
                    topic=topic,
                    text=text,
                    at=self.found[incident_id].opened_at,
                    seq=len(self.entries) + 1,
                )
            )
            self._said.notify_all()

    def close(self, incident_id: str) -> None:
        """Let the incident be over."""
        self.found[incident_id] = self.found[incident_id].evolve(phase=Phase.CLOSED)

    def ask(self, incident_id: str) -> Proposal:
        """Open a question about rolling back."""
        target = Entity(kind="Deployment", namespace="shop", name="checkout")
        asked_at = self.found[incident_id].opened_at
        proposal = Proposal(
            incident_id=incident_id,
            hypothesis="h1",
            playbook="rollback",
            action=Rollback(target=target, to_revision=4, template_hash="abc"),
            undo=None,
            before=TargetState(entity=target, uid="u", generation=7, spec_hash="s", replicas=3, revision=7),
            diff="-image: b\n+image: a",
            blast_radius="3 pods",
            reason="tested [ev-1]",
            verification=VerificationPlan(),
            asked_at=asked_at,
            expires_at=asked_at + timedelta(minutes=30),
        )
        self.open.append(proposal)
        return proposal
