"""Signals for an incident's worker, kept until the worker has used them: none is lost to a crash."""

from sqlalchemy import insert, select, update

from integrations.store.database import Database
from integrations.store.tables import inbox


class SqlInbox:
    """Inbox on the table of that name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def send(self, incident_id: str, kind: str, body: str) -> int:
        """Append; returns its number, larger than any before."""
        statement = insert(inbox).values(incident_id=incident_id, kind=kind, body=body, acknowledged=False)
        async with self._database.write() as connection:
            return int((await connection.execute(statement.returning(inbox.c.number))).scalar_one())

    async def waiting(self, incident_id: str) -> list[tuple[int, str, str]]:
        """(number, kind, body) not yet acknowledged, oldest first."""
        statement = (
            select(inbox.c.number, inbox.c.kind, inbox.c.body)
            .where(inbox.c.incident_id == incident_id, inbox.c.acknowledged.is_(False))
            .order_by(inbox.c.number)
        )
        async with self._database.read() as connection:
            return [(row.number, row.kind, row.body) for row in await connection.execute(statement)]

    async def acknowledge(self, number: int) -> None:
        """Used; never given out again. Again, or for an unknown number: nothing happens."""
        async with self._database.write() as connection:
            await connection.execute(update(inbox).where(inbox.c.number == number).values(acknowledged=True))
