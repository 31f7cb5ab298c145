"""Closed incidents, recalled by the service they were about, and what did not help, by target and cause."""

from sqlalchemy import select

from agent.model.entity import Entity, ServiceRef
from agent.model.memory import Memory
from agent.model.setback import Setback
from integrations.store.database import Database
from integrations.store.dialect import insert_new, insert_or_replace
from integrations.store.tables import load, memories, setbacks


class SqlMemory:
    """MemoryStore on the tables `memories` and `setbacks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, memory: Memory) -> None:
        """Insert or replace by incident; one without a service is kept, but no service recalls it."""
        row = {
            "incident_id": memory.incident_id,
            "namespace": memory.service.namespace if memory.service else None,
            "service": memory.service.name if memory.service else None,
            "closed_at": memory.closed_at,
            "body": memory.model_dump_json(),
        }
        async with self._database.write() as connection:
            await insert_or_replace(connection, memories, ["incident_id"], row)

    async def recall(self, service: ServiceRef, limit: int = 5) -> list[Memory]:
        """The newest of that service, by closing."""
        statement = (
            select(memories.c.incident_id, memories.c.body)
            .where(memories.c.namespace == service.namespace, memories.c.service == service.name)
            .order_by(memories.c.closed_at.desc(), memories.c.incident_id.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [load(Memory, row.body, f"memory of incident {row.incident_id}") for row in rows]

    async def failed(self, setback: Setback) -> None:
        """Keep that an action did not help; the same one (by its key) is kept once."""
        row = {
            "incident_id": setback.incident_id,
            "key": setback.key,
            "target": str(setback.target),
            "cause": setback.cause,
            "body": setback.model_dump_json(),
        }
        async with self._database.write() as connection:
            await insert_new(connection, setbacks, ["key"], row)

    async def setbacks(self, target: Entity, cause: str) -> list[Setback]:
        """What did not help at this target against this cause, oldest first."""
        statement = (
            select(setbacks.c.key, setbacks.c.body)
            .where(setbacks.c.target == str(target), setbacks.c.cause == cause)
            .order_by(setbacks.c.seq)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [load(Setback, row.body, f"setback {row.key}") for row in rows]
