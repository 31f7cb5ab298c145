"""The audit: entries chained by hash, written in the transaction of what they are about.

Why no effect is without an entry, wherever the process is killed: `ledger.begin` writes the intent and its entry
in one transaction, `ledger.mark(EXECUTING)` the mark and its entry in one, and only when that has returned from
the disk (synchronous = FULL) is the cluster called. So before the call there are two entries that say it may
follow. The call's outcome is in the third, again together with the mark. A kill between the call and the third
leaves "executing" in ledger and audit alike; the next worker finds it there, observes the target, and marks (and
notes) what it found. Decisions and questions are noted in the transaction that consumes or records them. An
entry whose transaction is rolled back is gone with it: it was about something that did not happen.

Appending reads the head first: SQLite's writers are alone by BEGIN IMMEDIATE, PostgreSQL's by a table lock, so
the chain never forks. Triggers refuse UPDATE and DELETE (migration r0002); who gets around them breaks the chain.
"""

import json
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.model.audit import AuditEntry, AuditKind, AuditNote
from agent.policy.chain import EMPTY, Head, canonical, linked
from integrations.store.database import Database
from integrations.store.dialect import alone
from integrations.store.tables import audit, load


class SqlAudit:
    """Audit on the table of that name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, note: AuditNote) -> bool:
        """Add an entry; False if one with this key is there (then nothing happens)."""
        async with self._database.write() as connection:
            return await append(connection, note)

    async def entries(self, incident_id: str | None = None, after: int = 0, limit: int = 1000) -> list[AuditEntry]:
        """Entries with a larger `seq`, in order, of one incident or of all."""
        statement = select(audit.c.seq, audit.c.body).where(audit.c.seq > after).order_by(audit.c.seq).limit(limit)
        if incident_id is not None:
            statement = statement.where(audit.c.incident_id == incident_id)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [load(AuditEntry, row.body, f"audit entry {row.seq}") for row in rows]

    async def newest(self, kind: AuditKind | None = None) -> AuditEntry | None:
        """The last entry, of a kind or of any."""
        statement = select(audit.c.seq, audit.c.body).order_by(audit.c.seq.desc()).limit(1)
        if kind is not None:
            statement = statement.where(audit.c.kind == kind.value)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else load(AuditEntry, row.body, f"audit entry {row.seq}")


async def append(connection: AsyncConnection, note: AuditNote) -> bool:
    """Add an entry within the caller's transaction; False if one with this key is there."""
    await alone(connection, audit)
    if note.key and (await connection.execute(select(audit.c.seq).where(audit.c.key == note.key))).first():
        return False
    entry = linked(note, await _head(connection), datetime.now(UTC))
    row = {
        "seq": entry.seq,
        "incident_id": note.incident_id,
        "kind": note.kind.value,
        "key": note.key or None,
        "body": canonical(entry.model_dump(mode="json")),
    }
    await connection.execute(insert(audit).values(row))
    return True


async def _head(connection: AsyncConnection) -> Head:
    """Of the stored text, not of a record: what is there is followed even if another version wrote it."""
    newest = select(audit.c.seq, audit.c.body).order_by(audit.c.seq.desc()).limit(1)
    row = (await connection.execute(newest)).one_or_none()
    if row is None:
        return EMPTY
    try:
        return Head(seq=row.seq, hash=str(json.loads(row.body)["hash"]))
    except (ValueError, KeyError, TypeError):
        return Head(seq=row.seq, hash="")  # damaged: going on shows as a break there, stopping would stop the daemon
