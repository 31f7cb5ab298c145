"""The audit: append-only rows, each hashed over the one before.

No effect without an entry, also after a SIGKILL: `append` runs in the transaction that marks the ledger
(or keeps the question, or consumes it), so the disk has both or neither. The world is touched only after
the transaction that says EXECUTING is on disk. Killed before it: neither the call nor the entry is there.
Killed between it and the call, during the call, or before the outcome is marked: the audit says
"executing" with no outcome, which is the truth, until the restarted worker has looked at the target and
tells what it found. So an effect in the world always has at least its EXECUTING entry, and an entry that
claims an outcome is never older than the outcome. SQLite's synchronous=FULL makes this hold for a power cut.

The chain shows any change of what is stored, except that its last entries are cut off (or all of it is
written anew) by somebody who may write the file: for that `verify` compares with the ledger, and with a
head that was noted elsewhere (docs/audit.md).
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.model.audit import AuditEntry, SealedEntry
from agent.policy.chain import seal
from integrations.store.database import Database
from integrations.store.dialect import alone
from integrations.store.tables import audit


class SqlAudit:
    """Audit on the table of that name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entry: AuditEntry) -> bool:
        """Seal it as the last of the chain, secrets masked; False if its key was told before (then nothing happens)."""
        async with self._database.write() as connection:
            return await append(connection, entry)

    async def entries(self, after: int = 0, limit: int = 1000) -> list[SealedEntry]:
        """Entries with a larger `seq`, in order, as they are stored: nothing is checked here."""
        statement = select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            SealedEntry(seq=row.seq, key=row.key, previous=row.previous, hash=row.hash, text=row.body) for row in rows
        ]


async def append(connection: AsyncConnection, entry: AuditEntry) -> bool:
    """The same within a transaction that keeps something else too: both are stored, or neither."""
    await alone(connection, audit)
    told = select(audit.c.seq).where(audit.c.key == entry.key)
    if (await connection.execute(told)).first() is not None:
        return False
    newest = select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    last = (await connection.execute(newest)).first()
    sealed = seal(entry, last.seq, last.hash) if last else seal(entry)
    values = {"seq": sealed.seq, "key": sealed.key, "previous": sealed.previous, "hash": sealed.hash}
    await connection.execute(audit.insert().values(**values, body=sealed.text))
    return True
