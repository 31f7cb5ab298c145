"""Write-ahead log of effects: the intent is on disk before the world is touched.

Every write proves, in its own transaction, that the writer still holds the newest lease: a worker
that was stalled and overtaken cannot record, and so not do, anything more. The audit's entry is part of it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent.errors import Refused
from agent.model.action import LedgerEntry
from agent.policy import notes
from agent.policy.ledger import out_of_order
from integrations.store.audit import append
from integrations.store.database import Database
from integrations.store.dialect import insert_new
from integrations.store.tables import leases, ledger, load


class SqlLedger:
    """Ledger on the table of that name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, entry: LedgerEntry, fence: int) -> LedgerEntry:
        """Record the intent, or return the entry that is already there under this key. Raises Refused for an old fence."""
        row = {
            "key": entry.key,
            "incident_id": entry.incident_id,
            "state": entry.state.value,
            "body": entry.model_dump_json(),
        }
        async with self._holding(entry, fence) as connection:
            if await insert_new(connection, ledger, ["key"], row):
                await append(connection, notes.marked(entry))
                return entry
            return await _entry(connection, entry)

    async def mark(self, entry: LedgerEntry, fence: int) -> None:
        """Replace the entry's state, detail and applied. Raises Refused: old fence, never begun, out of order."""
        async with self._holding(entry, fence) as connection:
            begun = await _entry(connection, entry)
            if why := out_of_order(begun.state, entry.state):
                raise Refused(f"ledger entry {entry.key}: {why}")
            marked = begun.evolve(state=entry.state, detail=entry.detail, applied=entry.applied)
            statement = update(ledger).where(ledger.c.key == entry.key)
            await connection.execute(statement.values(state=marked.state.value, body=marked.model_dump_json()))
            await append(connection, notes.marked(marked))

    async def entries(self, incident_id: str | None = None) -> list[LedgerEntry]:
        """In order of writing."""
        statement = select(ledger.c.key, ledger.c.body).order_by(ledger.c.seq)
        if incident_id is not None:
            statement = statement.where(ledger.c.incident_id == incident_id)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [load(LedgerEntry, row.body, f"ledger entry {row.key}") for row in rows]

    @asynccontextmanager
    async def _holding(self, entry: LedgerEntry, fence: int) -> AsyncIterator[AsyncConnection]:
        """A transaction of who still holds the incident; the attempt of who does not is all it leaves behind."""
        async with self._database.write() as connection:
            overtaken = await _overtaken(connection, entry.incident_id, fence)
            if overtaken:
                await append(connection, notes.overtaken(entry.incident_id, fence, overtaken))
            else:
                yield connection
        if overtaken:
            raise Refused(overtaken)


async def _overtaken(connection: AsyncConnection, incident_id: str, fence: int) -> str:
    newest = select(leases.c.fence).where(leases.c.incident_id == incident_id).with_for_update()
    largest = (await connection.execute(newest)).scalar_one_or_none()
    if largest == fence:
        return ""
    held = "nobody ever held it" if largest is None else f"the newest fence is {largest}"
    return f"fence {fence} does not hold incident {incident_id}: {held}; nothing was recorded"


async def _entry(connection: AsyncConnection, like: LedgerEntry) -> LedgerEntry:
    statement = select(ledger.c.body).where(ledger.c.key == like.key, ledger.c.incident_id == like.incident_id)
    body = (await connection.execute(statement)).scalar_one_or_none()
    if body is None:
        raise Refused(f"incident {like.incident_id} has no ledger entry {like.key}: it was never begun")
    return load(LedgerEntry, body, f"ledger entry {like.key}")
