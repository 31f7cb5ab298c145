"""Incidents as people see them, beside the checkpoints."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from agent.model.incident import Incident
from integrations.store.database import Database
from integrations.store.dialect import insert_or_replace
from integrations.store.tables import incidents, load


class SqlIncidents:
    """IncidentStore on the table `incidents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, incident: Incident) -> None:
        """Insert or replace, with its alerts."""
        async with self._database.write() as connection:
            await insert_or_replace(connection, incidents, ["id"], _row(incident))

    async def update(self, incident_id: str, change: Callable[[Incident], Incident]) -> Incident | None:
        """Read, change and write back in one transaction; None for an unknown id. If `change` raises, nothing happens."""
        statement = select(incidents.c.body).where(incidents.c.id == incident_id).with_for_update()
        async with self._database.write() as connection:
            body = (await connection.execute(statement)).scalar_one_or_none()
            if body is None:
                return None
            changed = change(load(Incident, body, f"incident {incident_id}"))
            await insert_or_replace(connection, incidents, ["id"], _row(changed))
        return changed

    async def get(self, incident_id: str) -> Incident | None:
        """One incident, or None."""
        statement = select(incidents.c.body).where(incidents.c.id == incident_id)
        async with self._database.read() as connection:
            body = (await connection.execute(statement)).scalar_one_or_none()
        return None if body is None else load(Incident, body, f"incident {incident_id}")

    async def find(self, closed: bool | None = None, limit: int = 100) -> list[Incident]:
        """Newest first by opening; all, only closed or only open."""
        statement = select(incidents.c.id, incidents.c.body)
        if closed is not None:
            statement = statement.where(incidents.c.closed == closed)
        statement = statement.order_by(incidents.c.opened_at.desc(), incidents.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [load(Incident, row.body, f"incident {row.id}") for row in rows]


def _row(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "closed": incident.phase.closed(),
        "opened_at": incident.opened_at,
        "body": incident.model_dump_json(),
    }
