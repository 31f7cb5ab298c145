"""What was said, each thing once: a step that runs again after a crash repeats nothing to people."""

from sqlalchemy import Select, func, select

from agent.model.journal import JournalEntry
from integrations.store.database import Database
from integrations.store.dialect import insert_new
from integrations.store.tables import journal, load


class SqlJournal:
    """Journal on the table of that name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def say(self, entry: JournalEntry) -> bool:
        """Append; False if this key was said before for this incident (then nothing happens)."""
        row = {"incident_id": entry.incident_id, "key": entry.key, "body": entry.model_dump_json()}
        async with self._database.write() as connection:
            return await insert_new(connection, journal, ["incident_id", "key"], row)

    async def read(self, incident_id: str, after: int = 0) -> list[JournalEntry]:
        """Entries with a larger `seq`, in order."""
        statement = (
            select(journal.c.seq, journal.c.body)
            .where(journal.c.incident_id == incident_id, journal.c.seq > after)
            .order_by(journal.c.seq)
        )
        return await self._entries(statement)

    async def since(self, after: int, limit: int = 500) -> list[JournalEntry]:
        """Entries of all incidents with a larger `seq`, in order, at most so many."""
        statement = select(journal.c.seq, journal.c.body).where(journal.c.seq > after)
        return await self._entries(statement.order_by(journal.c.seq).limit(limit))

    async def last(self) -> int:
        """The largest `seq` given so far; 0 before the first entry."""
        async with self._database.read() as connection:
            return (await connection.execute(select(func.max(journal.c.seq)))).scalar_one() or 0

    async def _entries(self, statement: Select[tuple[int, str]]) -> list[JournalEntry]:
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [load(JournalEntry, row.body, f"journal entry {row.seq}").evolve(seq=row.seq) for row in rows]
