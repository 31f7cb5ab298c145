"""The running service: takes in alerts, keeps one worker an incident, answers people. Implements `Operations`."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping

from agent import __version__, telemetry
from agent.answering import Answering
from agent.contents import Recorder
from agent.errors import Refused, Temporary
from agent.graph import Machine
from agent.machine import Thread
from agent.model.alert import Alert
from agent.model.audit import AuditEntry, AuditKind
from agent.model.identity import Identity
from agent.model.incident import Incident, Phase
from agent.model.journal import JournalEntry, Topic
from agent.model.proposal import Decision, Proposal
from agent.model.report import Report
from agent.model.snapshot import Snapshot
from agent.outlook import Outlook
from agent.policy import brief, notes
from agent.policy.correlate import correlate
from agent.ports import Ports
from agent.recording import take
from agent.state import IncidentState
from agent.worker import HELD, Worker

RECENT = 500
"""Closed incidents an alert is still compared with, so that a late repetition opens nothing."""

OPEN_LIMIT = 1000
LOOK_SECONDS = 0.2

Check = Callable[[], Awaitable[list[str]]]
Tidy = Callable[[str], Awaitable[None]]


class Daemon:
    """One process's incidents."""

    def __init__(
        self,
        ports: Ports,
        machine: Machine,
        checks: list[Check] | None = None,
        tidy: Tidy | None = None,
        recorder: Recorder | None = None,
        outlook: Outlook | None = None,
    ) -> None:
        """`checks` say what keeps the process from being ready; `tidy` drops a closed incident's older checkpoints.

        `recorder` is told where an incident opened; `outlook` knows what cannot be reached.
        """
        self._ports, self._machine, self._checks, self._tidy = ports, machine, checks or [], tidy
        self._answering = Answering(ports, self._nudge)
        self._recorder, self._outlook = recorder, outlook
        self._owner = f"worker-{uuid.uuid4().hex[:12]}"
        self._workers: dict[str, tuple[Worker, asyncio.Task[None]]] = {}
        self._correlating = asyncio.Lock()
        self._draining = False
        self._log = telemetry.log("daemon")

    async def start(self) -> int:
        """Take up every open incident where it was left; how many there are."""
        incidents = await self._ports.store.incidents.find(closed=False, limit=OPEN_LIMIT)
        for incident in incidents:
            self._employ(incident)
        await self._count()
        return len(incidents)

    async def sign_on(self) -> None:
        """Put into the audit under which policy this process works, and the audit's head into the log, out of its reach."""
        audit = self._ports.store.audit
        before = await audit.newest(AuditKind.STARTED)
        rules = self._ports.rules
        await audit.append(notes.started(__version__, rules, before.note if before else None))
        if head := await audit.newest():
            self._log.info("audit", head=f"{head.seq}:{head.hash}", policy=head.note.digest, dry_run=rules.dry_run)

    async def drain(self) -> None:
        """Let every worker stop at its next step boundary."""
        self._draining = True
        for worker, _ in self._workers.values():
            worker.drain()
        await asyncio.gather(*(task for _, task in self._workers.values()), return_exceptions=True)

    async def abandon(self) -> None:
        """Drop all work where it is, mid-step: only for an installation that nobody will start again."""
        tasks = [task for _, task in self._workers.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def finished(self, incident_id: str) -> None:
        """Return when nobody works on the incident any more."""
        if incident_id in self._workers:
            await asyncio.gather(self._workers[incident_id][1], return_exceptions=True)

    async def receive(self, alerts: list[Alert]) -> list[str]:
        """Take in alerts, stored when this returns; the ids of the incidents they belong to."""
        telemetry.metrics().alerts.inc(len(alerts))
        store = self._ports.store.incidents
        async with self._correlating:
            known = [*await store.find(closed=False, limit=OPEN_LIMIT), *await store.find(closed=True, limit=RECENT)]
            touched = await asyncio.to_thread(correlate, alerts, known, self._ports.rules, self._ports.clock.now())
            before = {incident.id for incident in known}
            for incident in touched:
                await self._keep(incident, new=incident.id not in before)
        await self._count()
        return _ids(alerts, [*touched, *known])

    async def _keep(self, incident: Incident, *, new: bool) -> None:
        store = self._ports.store
        if new:
            await store.incidents.put(incident)
            if self._recorder and incident.service:
                self._recorder.look(incident.service.namespace)
            self._log.info("incident opened", incident=incident.id, service=str(incident.service), title=incident.title)
        else:
            await store.incidents.update(incident.id, lambda stored: _with_alerts(stored, incident))
            await store.inbox.send(incident.id, "alerts", "")
        if not incident.phase.closed():
            self._employ(incident)

    def _employ(self, incident: Incident) -> None:
        """A worker for the incident, or a nudge for the one it has."""
        if self._draining:
            return
        if incident.id in self._workers:
            self._workers[incident.id][0].wake()
            return
        worker = Worker(Thread(self._machine, incident.id, HELD), self._ports, incident.id, self._owner)
        task = asyncio.create_task(self._work(worker, incident.id), name=incident.id)
        self._workers[incident.id] = (worker, task)
        task.add_done_callback(lambda done: self._dismiss(incident.id, done))

    async def _work(self, worker: Worker, incident_id: str) -> None:
        await worker.run()
        try:
            await self._clear_up(incident_id)
        except Temporary as trouble:  # a store that is busy now costs some room on the disk, and a gauge that is late
            self._log.warning("could not clear up after a worker", incident=incident_id, error=str(trouble))

    async def _clear_up(self, incident_id: str) -> None:
        incident = await self._ports.store.incidents.get(incident_id)
        if self._tidy and incident and incident.phase.closed():
            await self._tidy(incident_id)
        await self._count()

    def _dismiss(self, incident_id: str, task: "asyncio.Task[None]") -> None:
        self._workers.pop(incident_id, None)
        if not task.cancelled() and (error := task.exception()):
            self._log.error("worker ended with an error", incident=incident_id, error=repr(error))

    async def _count(self) -> None:
        gauge = telemetry.metrics().incidents
        phases = [incident.phase for incident in await self.incidents(closed=False, limit=OPEN_LIMIT)]
        for phase in (phase for phase in Phase if not phase.closed()):
            gauge.labels(phase=phase).set(phases.count(phase))

    async def incidents(self, closed: bool | None = None, limit: int = 100) -> list[Incident]:
        """Newest first."""
        return await self._ports.store.incidents.find(closed=closed, limit=limit)

    async def report(self, incident_id: str) -> Report | None:
        """All that is known now, or None for an unknown id."""
        incident = await self._ports.store.incidents.get(incident_id)
        if incident is None:
            return None
        position = await Thread(self._machine, incident_id).position()
        state: IncidentState = {"incident": incident, **position.state}
        asked = state.get("proposal")
        for question in await self.pending(incident_id):  # the store's knows the approvals given so far
            if asked and question.digest == asked.digest:
                state = {**state, "proposal": question}
        evidence = await self._ports.store.evidence.get(incident_id)
        return brief.report(state, incident, evidence, self._ports.clock.now())

    async def snapshot(self, incident_id: str) -> Snapshot | None:
        """The recording of its investigation, secrets masked, or None for an unknown id. Raises Refused, saying why."""
        report = await self.report(incident_id)
        if report is None:
            return None
        position = await Thread(self._machine, incident_id).position()
        if position.foreign:
            raise Refused(f"{incident_id} was begun by another version of Steadyhand; only its report can be kept")
        store = self._ports.store
        return take(
            position.state,
            report,
            evidence=await store.evidence.get(incident_id),
            ledger=await store.ledger.entries(),
            rules=self._ports.rules,
            following=position.following,
        )

    async def journal(self, incident_id: str, after: int, wait_seconds: float) -> list[JournalEntry]:
        """Entries after `after`; waits up to that long for the first."""
        return await _waited(lambda: self._ports.store.journal.read(incident_id, after), wait_seconds)

    async def said(self, after: int, wait_seconds: float) -> list[JournalEntry]:
        """Entries of all incidents after `after`, some hundreds at most; waits up to that long for the first."""
        return await _waited(lambda: self._ports.store.journal.since(after), wait_seconds)

    async def last_said(self) -> int:
        """The `seq` of the newest entry; 0 before the first."""
        return await self._ports.store.journal.last()

    async def note(self, incident_id: str, key: str, text: str) -> None:
        """Say once in the incident's journal that something went wrong on the way to people."""
        now = self._ports.clock.now()
        entry = JournalEntry(incident_id=incident_id, key=key, topic=Topic.TROUBLE, text=text, at=now)
        await self._ports.store.journal.say(entry)

    async def audit(self, incident_id: str) -> list[AuditEntry]:
        """What is answered for in one incident, in order."""
        return await self._ports.store.audit.entries(incident_id)

    async def pending(self, incident_id: str | None = None) -> list[Proposal]:
        """Open questions to people."""
        return await self._ports.store.approvals.pending(incident_id)

    async def decide(
        self, decision: Decision, who: Identity | None = None, narrow: Mapping[str, int | str] | None = None
    ) -> Decision:
        """Answer an open question, then tell its worker and every channel. Raises Refused, saying why."""
        return await self._answering.decide(decision, who or Identity(), narrow or {})

    async def take_over(self, incident_id: str, who: Identity | None = None, name: str = "") -> Incident:
        """A person is on it: nothing is proposed or done until it is handed back. Raises Refused, NotAllowed."""
        return await self._answering.take_over(incident_id, who or Identity(), name)

    async def hand_back(self, incident_id: str, who: Identity | None = None, name: str = "") -> Incident:
        """Let Steadyhand go on where it stands. Raises Refused, NotAllowed."""
        return await self._answering.hand_back(incident_id, who or Identity(), name)

    def _nudge(self, incident_id: str) -> None:
        if incident_id in self._workers:
            self._workers[incident_id][0].wake()

    async def troubles(self) -> list[str]:
        """What keeps the daemon from being ready; empty when it is."""
        found = ["it is shutting down"] if self._draining else []
        for check in self._checks:
            found += await check()
        return found

    async def lacking(self) -> list[str]:
        """What could not be reached at the last look; the daemon works without it."""
        return list(self._outlook.lacking) if self._outlook else []


async def _waited(read: Callable[[], Awaitable[list[JournalEntry]]], seconds: float) -> list[JournalEntry]:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        entries = await read()
        if entries or loop.time() >= deadline:
            return entries
        await asyncio.sleep(LOOK_SECONDS)


def _with_alerts(stored: Incident, correlated: Incident) -> Incident:
    """The stored incident with the alerts of the correlated one: its phase may have moved on meanwhile."""
    return stored.evolve(alerts=correlated.alerts, started_at=correlated.started_at, severity=correlated.severity)


def _ids(alerts: list[Alert], incidents: list[Incident]) -> list[str]:
    keys = {alert.key for alert in alerts}
    found = (i.id for i in incidents if any(seen.key in keys for seen in i.alerts))
    return list(dict.fromkeys(found))
