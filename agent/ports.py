"""What the machine needs from the outside: Protocols of a few methods, and the frozen bundle of them.

Adapters in `integrations` implement these; `agent.wiring` puts them together; steps get them as
`Work`. Questions never raise: what cannot be answered is a `Gap`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.model.action import Action, Applied, LedgerEntry, Observed, Preview, TargetState
from agent.model.alert import Alert
from agent.model.audit import AuditEntry, AuditKind, AuditNote
from agent.model.content import Content, HistoryLimits, Version
from agent.model.entity import Entity, ServiceRef
from agent.model.evidence import Evidence
from agent.model.incident import Incident
from agent.model.journal import JournalEntry
from agent.model.memory import Memory
from agent.model.notice import Notice
from agent.model.proposal import Decision, Proposal
from agent.model.question import ClusterAnswer, ClusterQuestion, Gap, MetricAnswer, MetricQuestion
from agent.model.report import Report
from agent.model.rules import Rules
from agent.model.setback import Setback
from agent.model.snapshot import Snapshot


class Clock(Protocol):
    """Time, so that a simulation can have its own."""

    def now(self) -> datetime:
        """The present, aware, UTC."""

    async def sleep(self, seconds: float) -> None:
        """Come back after that long."""


class MetricSource(Protocol):
    """Prometheus, or something that answers like it."""

    async def ask(self, question: MetricQuestion) -> MetricAnswer | Gap:
        """Series for the question. No matching series is Gap(EMPTY); a series of NaN is an answer."""


class ClusterSource(Protocol):
    """A Kubernetes API, or something that answers like it."""

    async def ask(self, question: ClusterQuestion) -> ClusterAnswer | Gap:
        """The answer record that belongs to the question. An empty list, or nothing of that name, is Gap(EMPTY)."""


class Actuator(Protocol):
    """The only port that changes the world."""

    async def preview(self, action: Action) -> Preview | Gap:
        """What the action would do, by the server's own dry run; changes nothing."""

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        """Do it, once, if the target is still as expected (uid, spec hash, replicas), and leave `key` on the target.

        Raises Refused (the target differs, is gone, or we may not: nothing changed), Temporary
        (nothing changed, try again) or Uncertain (the call may have arrived).
        """

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        """Whether an earlier `apply` with this key reached the target. Never raises."""


class Notices(Protocol):
    """Words on the target itself, for whoever looks at it there. Never in the way of an action: nothing is awaited or raised."""

    def tell(self, notice: Notice) -> None:
        """Say it as soon as possible; the same notice twice is said once."""


class Silent:
    """Notices that nobody gets: without a cluster, in a dry run, in replays."""

    def tell(self, notice: Notice) -> None:
        """Nothing."""


SILENT = Silent()


class IncidentStore(Protocol):
    """Incidents as people see them, beside the checkpoints."""

    async def put(self, incident: Incident) -> None:
        """Insert or replace, with its alerts."""

    async def update(self, incident_id: str, change: Callable[[Incident], Incident]) -> Incident | None:
        """Read, change and write back in one transaction; None for an unknown id. `change` is pure."""

    async def get(self, incident_id: str) -> Incident | None:
        """One incident, or None."""

    async def find(self, closed: bool | None = None, limit: int = 100) -> list[Incident]:
        """Newest first; all, only closed or only open."""


class EvidenceStore(Protocol):
    """Evidence bodies; the state carries their ids."""

    async def put(self, incident_id: str, evidence: list[Evidence]) -> None:
        """Insert or replace by id."""

    async def get(self, incident_id: str) -> list[Evidence]:
        """All of an incident's evidence in the order of its ids' numbers."""


class Journal(Protocol):
    """What was said, each thing once."""

    async def say(self, entry: JournalEntry) -> bool:
        """Append; False if this key was said before for this incident (then nothing happens)."""

    async def read(self, incident_id: str, after: int = 0) -> list[JournalEntry]:
        """Entries with a larger `seq`, in order."""


class Approvals(Protocol):
    """Questions to people and their single-use answers."""

    async def ask(self, proposal: Proposal) -> bool:
        """Record an open question; False if this digest was asked before (then nothing happens)."""

    async def decide(self, decision: Decision, now: datetime) -> Proposal:
        """Consume the open question with this incident and digest, in one transaction.

        Raises Refused, saying why: unknown digest, already decided (by whom, when), expired, other incident.
        A Decision of kind EXPIRED is accepted only at or after the expiry.
        """

    async def pending(self, incident_id: str | None = None) -> list[Proposal]:
        """Open questions, oldest first."""

    async def decision(self, incident_id: str, digest: str) -> Decision | None:
        """The answer that was given, if any: how a restarted worker learns what was decided while it was away."""


class Ledger(Protocol):
    """Write-ahead log of effects. Every write checks the fence in its own transaction and raises Refused if it is old."""

    async def begin(self, entry: LedgerEntry, fence: int) -> LedgerEntry:
        """Record the intent, or return the entry that is already there under this key."""

    async def mark(self, entry: LedgerEntry, fence: int) -> None:
        """Replace the entry's state, detail and applied."""

    async def entries(self, incident_id: str | None = None) -> list[LedgerEntry]:
        """In order of writing."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one incident until it runs out; a larger fence beats a smaller one."""

    incident_id: str
    owner: str
    fence: int
    until: datetime


class Leases(Protocol):
    """One worker for one incident."""

    async def claim(self, incident_id: str, owner: str, now: datetime, seconds: float) -> Lease | None:
        """A lease with a larger fence than ever before, or None while somebody else's runs."""

    async def renew(self, lease: Lease, now: datetime, seconds: float) -> Lease | None:
        """Longer, with the same fence; None if it was lost."""

    async def release(self, lease: Lease) -> None:
        """Give it back; no error if it was lost."""


class Inbox(Protocol):
    """Signals for an incident's worker (a decision, a newer alert), kept until the worker has used them."""

    async def send(self, incident_id: str, kind: str, body: str) -> int:
        """Append; returns its number."""

    async def waiting(self, incident_id: str) -> list[tuple[int, str, str]]:
        """(number, kind, body) not yet acknowledged, oldest first."""

    async def acknowledge(self, number: int) -> None:
        """Used; never given out again."""


class MemoryStore(Protocol):
    """Closed incidents, and what did not help in any."""

    async def remember(self, memory: Memory) -> None:
        """Insert or replace by incident."""

    async def recall(self, service: ServiceRef, limit: int = 5) -> list[Memory]:
        """The newest of that service."""

    async def failed(self, setback: Setback) -> None:
        """Keep that an action did not help, once by its key."""

    async def setbacks(self, target: Entity, cause: str) -> list[Setback]:
        """What did not help at this target against this cause, oldest first."""


class Audit(Protocol):
    """What is answered for, chained by hash (agent.policy.chain): entries are added, never changed or removed.

    Questions, decisions, ledger marks and take-overs are noted by the store itself, in the transaction that makes
    them: there is no effect without its entry, wherever a process dies. `append` is for what has no such transaction.
    """

    async def append(self, note: AuditNote) -> bool:
        """Add an entry; False if one with this key is there (then nothing happens)."""

    async def entries(self, incident_id: str | None = None, after: int = 0, limit: int = 1000) -> list[AuditEntry]:
        """Entries with a larger `seq`, in order, of one incident or of all."""

    async def newest(self, kind: AuditKind | None = None) -> AuditEntry | None:
        """The last entry, of a kind or of any."""


class Contents(Protocol):
    """What ConfigMaps held, version by version: where RestoreConfig takes from what it puts back."""

    async def keep(self, content: Content) -> bool:
        """Append it; where the newest version of the object has its digest, that one was only seen longer: False."""

    async def get(self, entity: Entity, digest: str) -> Content | None:
        """The newest with that digest, or None."""

    async def versions(self, entity: Entity) -> list[Version]:
        """All of an object's, without their values, in the order they were recorded."""

    async def trim(self, limits: HistoryLimits, now: datetime) -> int:
        """Drop what is beyond the limits (agent.policy.contents.outdated); how many went."""


class ContentSource(Protocol):
    """Where contents are seen: a Kubernetes API."""

    async def contents(self, namespace: str, limits: HistoryLimits, at: datetime) -> list[Content] | Gap:
        """Every ConfigMap of a namespace as it is now, as far as it may be kept. Never raises."""


class Unseen:
    """A ContentSource that sees nothing: without a cluster, in replays."""

    async def contents(self, namespace: str, limits: HistoryLimits, at: datetime) -> list[Content] | Gap:
        """Nothing."""
        del namespace, limits, at
        return []


UNSEEN = Unseen()


@dataclass(frozen=True)
class Store:
    """Everything durable, one adapter behind all of it (integrations.store)."""

    incidents: IncidentStore
    evidence: EvidenceStore
    journal: Journal
    approvals: Approvals
    ledger: Ledger
    leases: Leases
    inbox: Inbox
    memory: MemoryStore
    audit: Audit
    contents: Contents


@dataclass(frozen=True)
class Ports:
    """All the machine can reach, and the rules it works by."""

    clock: Clock
    metrics: MetricSource
    cluster: ClusterSource
    actuator: Actuator
    store: Store
    rules: Rules
    notices: Notices = SILENT
    configs: ContentSource = UNSEEN


class Operations(Protocol):
    """What the outside may ask of the running daemon: the port its HTTP door (integrations.web) is written against."""

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

    async def audit(self, incident_id: str) -> list[AuditEntry]:
        """What is answered for in one incident, in order."""

    async def pending(self, incident_id: str | None = None) -> list[Proposal]:
        """Open questions to people."""

    async def decide(self, decision: Decision) -> Decision:
        """Consume an open question. Raises Refused, saying why."""

    async def troubles(self) -> list[str]:
        """What keeps the daemon from being ready; empty when it is."""
