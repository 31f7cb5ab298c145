"""An honest daemon in memory: it keeps alerts, waits for journal entries and uses up a question once."""

import asyncio
import contextlib
from datetime import timedelta

from agent.errors import Refused
from agent.model.action import Rollback, TargetState
from agent.model.alert import Alert
from agent.model.audit import AuditEntry
from agent.model.entity import Entity, ServiceRef
from agent.model.incident import Incident, Phase
from agent.model.journal import JournalEntry, Topic
from agent.model.playbook import VerificationPlan
from agent.model.proposal import Decision, Proposal
from agent.model.report import Conclusion, Report
from agent.model.rules import Rules
from agent.model.slo import Severity
from agent.model.snapshot import Moment, Snapshot


class MemoryOperations:
    """`agent.ports.Operations`: one incident for each service named in the alerts."""

    def __init__(self) -> None:
        self.found: dict[str, Incident] = {}
        self.entries: list[JournalEntry] = []
        self.answered_for: list[AuditEntry] = []
        self.open: list[Proposal] = []
        self.decided: dict[str, Decision] = {}
        self.in_the_way: list[str] = []
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

    async def audit(self, incident_id: str) -> list[AuditEntry]:
        return [entry for entry in self.answered_for if entry.note.incident_id == incident_id]

    async def pending(self, incident_id: str | None = None) -> list[Proposal]:
        return [one for one in self.open if incident_id in (None, one.incident_id)]

    async def decide(self, decision: Decision) -> Decision:
        if decision.digest in self.decided:
            raise Refused(f"already decided by {self.decided[decision.digest].by}")
        if decision.digest not in {one.digest for one in self.open if one.incident_id == decision.incident_id}:
            raise Refused("nothing with this digest is being asked")
        self.decided[decision.digest] = decision
        self.open = [one for one in self.open if one.digest != decision.digest]
        return decision

    async def troubles(self) -> list[str]:
        return self.in_the_way

    async def say(self, incident_id: str, text: str) -> None:
        """Append to the journal, waking whoever waits."""
        async with self._said:
            self.entries.append(
                JournalEntry(
                    incident_id=incident_id,
                    key=str(len(self.entries)),
                    topic=Topic.FINDING,
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
