"""What the machine needs from the outside: Protocols of a few methods, and the frozen bundle of them.

Adapters in `integrations` implement these; `agent.wiring` puts them together; steps get them as
`Work`. Questions never raise: what cannot be answered is a `Gap`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.freshness import UNKEPT, Freshness
from agent.history import UNSEEN, Contents, ContentSource
from agent.model.action import Action, Applied, LedgerEntry, Observed, Preview, TargetState
from agent.model.audit import AuditEntry, AuditKind, AuditNote
from agent.model.entity import Entity, ServiceRef
from agent.model.evidence import Evidence
from agent.model.freeze import CalendarFile, CalendarReading
from agent.model.incident import Incident
from agent.model.journal import JournalEntry
from agent.model.memory import Memory
from agent.model.notice import Notice
from agent.model.post import Post
from agent.model.proposal import Decision, Proposal
from agent.model.question import ClusterAnswer, ClusterQuestion, Gap, MetricAnswer, MetricQuestion
from agent.model.rules import Rules
from agent.model.setback import Setback
from agent.silences import UNASKED, Silences


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


class Calendars(Protocol):
    """Files of freeze windows, read when asked."""

    async def read(self, files: Sequence[CalendarFile], at: datetime) -> list[CalendarReading]:
        """One reading a file, with the windows around a moment; None where the file cannot be read. Never raises."""


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

    async def since(self, after: int, limit: int = 500) -> list[JournalEntry]:
        """Entries of all incidents with a larger `seq`, in order, at most so many."""

    async def last(self) -> int:
        """The largest `seq` given so far; 0 before the first entry."""


class Posts(Protocol):
    """What channels for people were told (agent.model.post), and how far each has read the journal."""

    async def put(self, post: Post) -> None:
        """Insert or replace by channel, incident and name."""

    async def get(self, channel: str, incident_id: str) -> list[Post]:
        """All of an incident's in a channel, in the order they were first put."""

    async def unfinished(self, channel: str) -> list[Post]:
        """Those that are not final, in the order they were first put."""

    async def at(self, channel: str, place: str, ts: str) -> Post | None:
        """The message with this id in a room, or None."""

    async def read_to(self, channel: str) -> int | None:
        """The journal's `seq` up to which everything was told; None for a channel that never told anything."""

    async def mark(self, channel: str, seq: int) -> None:
        """Everything up to here was told."""


class Approvals(Protocol):
    """Questions to people and their single-use answers."""

    async def ask(self, proposal: Proposal) -> bool:
        """Record an open question; False if this digest was asked before (then nothing happens)."""

    async def decide(self, decision: Decision, now: datetime) -> Proposal:
        """Consume the open question with this incident and digest, in one transaction; the question with the approvals so far.

        Raises Refused, saying why: unknown digest, already decided (by whom, when), expired, other incident.
        A Decision of kind EXPIRED is accepted only at or after the expiry. Where `approvals_needed` is more than
        one, an approval is only counted until the last, each of another person and of the same action; then it is
        this last one that `decision` returns. One denial denies.
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
        """Replace the entry's state, detail and applied. Raises Refused where agent.policy.ledger says so."""

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
    posts: Posts
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
    calendars: Calendars | None = None  # None: the policy's calendars cannot be read, and count as frozen
    notices: Notices = SILENT
    configs: ContentSource = UNSEEN
    silences: Silences = UNASKED
    freshness: Freshness = UNKEPT
