"""Evidence bodies; the graph's state carries only their ids, so that checkpoints stay small."""

import re

from sqlalchemy import select

from agent.model.evidence import Evidence
from integrations.store.database import Database
from integrations.store.dialect import insert_or_replace
from integrations.store.tables import evidence as table
from integrations.store.tables import load


class SqlEvidence:
    """EvidenceStore on the table `evidence`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, incident_id: str, evidence: list[Evidence]) -> None:
        """Insert or replace by id; all of the list or none of it."""
        if not evidence:
            return
        async with self._database.write() as connection:
            for item in evidence:
                row = {
                    "incident_id": incident_id,
                    "id": item.id,
                    "number": _number(item.id),
                    "body": item.model_dump_json(),
                }
                await insert_or_replace(connection, table, ["incident_id", "id"], row)

    async def get(self, incident_id: str) -> list[Evidence]:
        """All of an incident's evidence in the order of its ids' numbers."""
        statement = select(table.c.id, table.c.body).where(table.c.incident_id == incident_id)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement.order_by(table.c.number, table.c.id))).all()
        return [load(Evidence, row.body, f"evidence {row.id} of incident {incident_id}") for row in rows]


def _number(identifier: str) -> int:
    found = re.fullmatch(r"E([0-9]{1,18})", identifier)
    if found is None:
        raise ValueError(f"an evidence id is the letter E and a number, for example E12; got {identifier!r}")
    return int(found[1])
