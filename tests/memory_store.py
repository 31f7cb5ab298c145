"""The store in memory, honest: same answers, same refusals, same JSON round trip as the real one (tests/contracts/test_store.py)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from agent.errors import Refused
from agent.model.action import LedgerEntry
from agent.model.audit import AuditEntry, AuditKind, AuditNote
from agent.model.content import Content, HistoryLimits, Version
from agent.model.entity import Entity, ServiceRef
from agent.model.evidence import Evidence
from agent.model.incident import Incident
from agent.model.journal import JournalEntry
from agent.model.memory import Memory
from agent.model.post import Post
from agent.model.proposal import Decision, DecisionKind, Proposal
from agent.model.setback import Setback
from agent.policy import notes
from agent.policy.chain import EMPTY, Head, linked
from agent.policy.contents import outdated
from agent.policy.ledger import out_of_order
from agent.ports import Lease, Store

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class MemoryIncidents:
    def __init__(self) -> None:
        self._incidents: dict[str, Incident] = {}

    async def put(self, incident: Incident) -> None:
        self._incidents[incident.id] = incident

    async def update(self, incident_id: str, change: Callable[[Incident], Incident]) -> Incident | None:
        if incident_id not in self._incidents:
            return None
        self._incidents[incident_id] = change(self._incidents[incident_id])
        return self._incidents[incident_id]

    async def get(self, incident_id: str) -> Incident | None:
        return self._incidents.get(incident_id)

    async def find(self, closed: bool | None = None, limit: int = 100) -> list[Incident]:
        found = [i for i in self._incidents.values() if closed is None or i.phase.closed() == closed]
        return sorted(found, key=lambda i: (i.opened_at, i.id), reverse=True)[:limit]


class MemoryEvidence:
    def __init__(self) -> None:
        self._evidence: dict[str, dict[tuple[int, str], Evidence]] = {}

    async def put(self, incident_id: str, evidence: list[Evidence]) -> None:
        numbered = {(_evidence_number(item.id), item.id): item for item in evidence}
        self._evidence.setdefault(incident_id, {}).update(numbered)

    async def get(self, incident_id: str) -> list[Evidence]:
        return [item for _, item in sorted(self._evidence.get(incident_id, {}).items())]


def _evidence_number(identifier: str) -> int:
    if not (identifier.startswith("E") and identifier[1:].isascii() and identifier[1:].isdigit()):
        raise ValueError(f"an evidence id is the letter E and a number, for example E12; got {identifier!r}")
    return int(identifier[1:])


class MemoryJournal:
    def __init__(self) -> None:
        self._entries: list[JournalEntry] = []

    async def say(self, entry: JournalEntry) -> bool:
        if any((said.incident_id, said.key) == (entry.incident_id, entry.key) for said in self._entries):
            return False
        plain = JournalEntry.model_validate_json(entry.model_dump_json())
        self._entries.append(plain.evolve(seq=len(self._entries) + 1))
        return True

    async def read(self, incident_id: str, after: int = 0) -> list[JournalEntry]:
        return [entry for entry in self._entries if entry.incident_id == incident_id and entry.seq > after]

    async def since(self, after: int, limit: int = 500) -> list[JournalEntry]:
        return [entry for entry in self._entries if entry.seq > after][:limit]

    async def last(self) -> int:
        return len(self._entries)


class MemoryPosts:
    def __init__(self) -> None:
        self._posts: dict[tuple[str, str, str], Post] = {}
        self._marks: dict[str, int] = {}

    async def put(self, post: Post) -> None:
        self._posts[post.channel, post.incident_id, post.name] = Post.model_validate_json(post.model_dump_json())

    async def get(self, channel: str, incident_id: str) -> list[Post]:
        return [post for key, post in self._posts.items() if key[:2] == (channel, incident_id)]

    async def unfinished(self, channel: str) -> list[Post]:
        return [post for post in self._posts.values() if post.channel == channel and not post.final]

    async def at(self, channel: str, place: str, ts: str) -> Post | None:
        found = (p for p in self._posts.values() if (p.channel, p.place, p.ts) == (channel, place, ts))
        return next(found, None)

    async def read_to(self, channel: str) -> int | None:
        return self._marks.get(channel)

    async def mark(self, channel: str, seq: int) -> None:
        self._marks[channel] = seq


class MemoryApprovals:
    def __init__(self, audit: "MemoryAudit") -> None:
        self._audit = audit
        self._asked: dict[str, Proposal] = {}
        self._decided: dict[str, tuple[Decision, datetime]] = {}
        self._replaced: dict[str, str] = {}

    async def ask(self, proposal: Proposal) -> bool:
        if proposal.digest in self._asked:
            return False
        for older in await self.pending(proposal.incident_id):
            self._replaced[older.digest] = proposal.digest
        self._asked[proposal.digest] = proposal
        await self._audit.append(notes.asked(proposal))
        return True

    async def decide(self, decision: Decision, now: datetime) -> Proposal:
        proposal = self._asked.get(decision.digest)
        refusal = f"no question with the digest {decision.digest} is known: it was never asked"
        if proposal is not None:
            reason = self._why_not(proposal, decision, now)
            refusal = f"question {decision.digest} {reason}" if reason else ""
        counted = proposal.counting(decision) if proposal else None
        if told := notes.turned_away(decision, refusal) if refusal else notes.decided(decision, counted):
            await self._audit.append(told)
        if refusal or counted is None:
            raise Refused(refusal)
        self._asked[decision.digest] = counted
        if not counted.missing(decision):
            self._decided[decision.digest] = (decision, now)
        return counted

    def _why_not(self, proposal: Proposal, decision: Decision, now: datetime) -> str:
        if proposal.incident_id != decision.incident_id:
            return f"belongs to incident {proposal.incident_id}, not to {decision.incident_id}"
        if proposal.digest in self._decided:
            given, at = self._decided[proposal.digest]
            return f"was already {given.kind} by {given.by} at {at.isoformat()}"
        if proposal.digest in self._replaced:
            return f"is over, a newer question replaced it: {self._replaced[proposal.digest]}"
        due = now >= proposal.expires_at
        if decision.kind is DecisionKind.EXPIRED:
            return "" if due else f"has not expired: it is open until {proposal.expires_at.isoformat()}"
        return f"expired at {proposal.expires_at.isoformat()}" if due else proposal.cannot_count(decision)

    async def pending(self, incident_id: str | None = None) -> list[Proposal]:
        closed = self._decided.keys() | self._replaced.keys()
        mine = [p for p in self._asked.values() if incident_id in (None, p.incident_id)]
        return [proposal for proposal in mine if proposal.digest not in closed]

    async def decision(self, incident_id: str, digest: str) -> Decision | None:
        given, _ = self._decided.get(digest, (None, None))
        return given if given and given.incident_id == incident_id else None


class MemoryLeases:
    def __init__(self, audit: "MemoryAudit") -> None:
        self._audit = audit
        self.newest: dict[str, Lease] = {}

    async def claim(self, incident_id: str, owner: str, now: datetime, seconds: float) -> Lease | None:
        last = self.newest.get(incident_id)
        if last and last.until > now:
            return None
        lease = Lease(incident_id, owner, last.fence + 1 if last else 1, now + timedelta(seconds=seconds))
        self.newest[incident_id] = lease
        if last:
            await self._audit.append(notes.taken_over(incident_id, owner, lease.fence))
        return lease

    async def renew(self, lease: Lease, now: datetime, seconds: float) -> Lease | None:
        if not self._holds(lease):
            return None
        longer = Lease(lease.incident_id, lease.owner, lease.fence, now + timedelta(seconds=seconds))
        self.newest[lease.incident_id] = longer
        return longer

    async def release(self, lease: Lease) -> None:
        if self._holds(lease):
            self.newest[lease.incident_id] = Lease(lease.incident_id, "", lease.fence, _LONG_AGO)

    def _holds(self, lease: Lease) -> bool:
        last = self.newest.get(lease.incident_id)
        return last is not None and (last.owner, last.fence) == (lease.owner, lease.fence)


class MemoryLedger:
    def __init__(self, leases: MemoryLeases, audit: "MemoryAudit") -> None:
        self._leases, self._audit = leases, audit
        self._entries: dict[str, LedgerEntry] = {}

    async def begin(self, entry: LedgerEntry, fence: int) -> LedgerEntry:
        await self._check_fence(entry.incident_id, fence)
        kept = self._entry_like(self._entries.setdefault(entry.key, entry), entry)
        await self._audit.append(notes.marked(kept))
        return kept

    async def mark(self, entry: LedgerEntry, fence: int) -> None:
        await self._check_fence(entry.incident_id, fence)
        begun = self._entry_like(self._entries.get(entry.key), entry)
        if why := out_of_order(begun.state, entry.state):
            raise Refused(f"ledger entry {entry.key}: {why}")
        marked = begun.evolve(state=entry.state, detail=entry.detail, applied=entry.applied)
        self._entries[entry.key] = marked
        await self._audit.append(notes.marked(marked))

    async def entries(self, incident_id: str | None = None) -> list[LedgerEntry]:
        return [entry for entry in self._entries.values() if incident_id in (None, entry.incident_id)]

    async def _check_fence(self, incident_id: str, fence: int) -> None:
        newest = self._leases.newest.get(incident_id)
        if newest is None or newest.fence != fence:
            held = f"the newest fence is {newest.fence}" if newest else "nobody ever held it"
            refusal = f"fence {fence} does not hold incident {incident_id}: {held}; nothing was recorded"
            await self._audit.append(notes.overtaken(incident_id, fence, refusal))
            raise Refused(refusal)

    def _entry_like(self, found: LedgerEntry | None, wanted: LedgerEntry) -> LedgerEntry:
        if found is None or found.incident_id != wanted.incident_id:
            raise Refused(f"incident {wanted.incident_id} has no ledger entry {wanted.key}: it was never begun")
        return found


class MemoryInbox:
    def __init__(self) -> None:
        self._signals: list[tuple[str, str, str]] = []
        self._used: set[int] = set()

    async def send(self, incident_id: str, kind: str, body: str) -> int:
        self._signals.append((incident_id, kind, body))
        return len(self._signals)

    async def waiting(self, incident_id: str) -> list[tuple[int, str, str]]:
        numbered = enumerate(self._signals, start=1)
        return [(n, kind, body) for n, (i, kind, body) in numbered if i == incident_id and n not in self._used]

    async def acknowledge(self, number: int) -> None:
        self._used.add(number)


class MemoryMemory:
    def __init__(self) -> None:
        self._memories: dict[str, Memory] = {}
        self._setbacks: dict[str, Setback] = {}

    async def remember(self, memory: Memory) -> None:
        self._memories[memory.incident_id] = memory

    async def recall(self, service: ServiceRef, limit: int = 5) -> list[Memory]:
        found = [memory for memory in self._memories.values() if memory.service == service]
        return sorted(found, key=lambda m: (m.closed_at, m.incident_id), reverse=True)[:limit]

    async def failed(self, setback: Setback) -> None:
        self._setbacks.setdefault(setback.key, setback)

    async def setbacks(self, target: Entity, cause: str) -> list[Setback]:
        return [each for each in self._setbacks.values() if (each.target, each.cause) == (target, cause)]


class MemoryAudit:
    def __init__(self) -> None:
        self._entries: list[AuditEntry] = []

    async def append(self, note: AuditNote) -> bool:
        if note.key and any(entry.note.key == note.key for entry in self._entries):
            return False
        last = self._entries[-1] if self._entries else None
        head = Head(seq=last.seq, hash=last.hash) if last else EMPTY
        self._entries.append(linked(note, head, datetime.now(UTC)))
        return True

    async def entries(self, incident_id: str | None = None, after: int = 0, limit: int = 1000) -> list[AuditEntry]:
        found = [e for e in self._entries if e.seq > after and incident_id in (None, e.note.incident_id)]
        return found[:limit]

    async def newest(self, kind: AuditKind | None = None) -> AuditEntry | None:
        return next((e for e in reversed(self._entries) if kind in (None, e.note.kind)), None)


class MemoryContents:
    def __init__(self) -> None:
        self._kept: dict[int, Content] = {}
        self._last = 0

    async def keep(self, content: Content) -> bool:
        mine = [number for number, kept in self._kept.items() if kept.entity == content.entity]
        if mine and self._kept[mine[-1]].digest == content.digest:
            last = self._kept[mine[-1]]
            self._kept[mine[-1]] = last.evolve(seen_at=max(last.seen_at, content.seen_at))
            return False
        self._last += 1
        self._kept[self._last] = Content.model_validate_json(content.model_dump_json())
        return True

    async def get(self, entity: Entity, digest: str) -> Content | None:
        found = [kept for kept in self._kept.values() if (kept.entity, kept.digest) == (entity, digest)]
        return found[-1] if found else None

    async def versions(self, entity: Entity) -> list[Version]:
        return [_version(kept) for kept in self._kept.values() if kept.entity == entity]

    async def trim(self, limits: HistoryLimits, now: datetime) -> int:
        known = [(number, _version(kept), kept.size) for number, kept in self._kept.items()]
        gone = outdated(known, limits, now)
        self._kept = {number: kept for number, kept in self._kept.items() if number not in gone}
        return len(gone)


def _version(content: Content) -> Version:
    return Version(**{name: getattr(content, name) for name in Version.model_fields})


def memory_store() -> Store:
    """A fresh, empty store."""
    audit = MemoryAudit()
    leases = MemoryLeases(audit)
    return Store(
        incidents=MemoryIncidents(),
        evidence=MemoryEvidence(),
        journal=MemoryJournal(),
        approvals=MemoryApprovals(audit),
        ledger=MemoryLedger(leases, audit),
        leases=leases,
        inbox=MemoryInbox(),
        memory=MemoryMemory(),
        posts=MemoryPosts(),
        audit=audit,
        contents=MemoryContents(),
    )
