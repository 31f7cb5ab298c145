"""Reads the audit of a data folder from beside the daemon: no lock, no migration, nothing is written.

Called through agent.wiring by `steadyhand audit`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import exists, literal, select

from agent.errors import Unusable
from integrations.store.audit import SqlAudit
from integrations.store.database import Database
from integrations.store.dialect import look, refuse_foreign
from integrations.store.migrate import refuse_newer_schema
from integrations.store.open import DATABASE
from integrations.store.tables import audit, ledger


class AuditFile(SqlAudit):
    """The audit as it lies on disk, and whether the ledger agrees."""

    async def untold(self) -> list[str]:
        """Effects whose state the audit does not tell: somebody cut its end off. Those from before it are left out."""
        told = exists().where(audit.c.key == literal("effect ").concat(ledger.c.key).concat(" ").concat(ledger.c.state))
        statement = select(ledger.c.key, ledger.c.state).where(ledger.c.audited, ~told).order_by(ledger.c.seq)
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [f"{row.key} ({row.state})" for row in rows]


@asynccontextmanager
async def open_audit(folder: Path) -> AsyncIterator[AuditFile]:
    """The audit in the folder. Raises Unusable: no such folder, damaged, another program's, other version."""
    path = folder / DATABASE
    if not path.exists():
        raise Unusable(f"there is no {path}: say with --config which configuration `steadyhand serve` was started with")
    found = await asyncio.to_thread(look, path)
    refuse_foreign(path, found, "alembic_version")
    refuse_newer_schema(path, found.revision)
    if audit.name not in found.tables:
        raise Unusable(f"{path} was written by a version without an audit: `steadyhand serve` begins it")
    database = Database(path)
    try:
        yield AuditFile(database)
    finally:
        await database.close()
