"""Opens the data folder: locks it, looks before it writes, migrates, and hands out everything durable.

Called by agent.wiring once per process. Whatever is wrong with the folder is Unusable here, before
anything in it was changed.
"""

import asyncio
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

from sqlalchemy import text

from agent.errors import SteadyhandError, Temporary, Unusable
from agent.ports import Store
from integrations.store.approvals import SqlApprovals
from integrations.store.audit import SqlAudit
from integrations.store.checkpoints import Checkpoints, refuse_newer_format
from integrations.store.contents import SqlContents
from integrations.store.database import Database
from integrations.store.dialect import look, refuse_foreign
from integrations.store.evidence import SqlEvidence
from integrations.store.inbox import SqlInbox
from integrations.store.incidents import SqlIncidents
from integrations.store.journal import SqlJournal
from integrations.store.leases import SqlLeases
from integrations.store.ledger import SqlLedger
from integrations.store.lock import FolderLock
from integrations.store.memory import SqlMemory
from integrations.store.migrate import migrate, refuse_newer_schema
from integrations.store.posts import SqlPosts

DATABASE = "steadyhand.db"
CHECKPOINTS = "checkpoints.db"

LOW_SPACE = 64 * 1024 * 1024
"""Bytes free under which `healthy` complains: a few hundred incidents fit in it."""


class OpenStore:
    """An open data folder: `store` for the machine, `checkpointer` for the graph. Close it with `aclose`."""

    def __init__(self, folder: Path, lock: FolderLock, database: Database, checkpointer: Checkpoints) -> None:
        self.folder = folder
        self.database = database
        self.checkpointer = checkpointer
        self.store = Store(
            incidents=SqlIncidents(database),
            evidence=SqlEvidence(database),
            journal=SqlJournal(database),
            approvals=SqlApprovals(database),
            ledger=SqlLedger(database),
            leases=SqlLeases(database),
            inbox=SqlInbox(database),
            memory=SqlMemory(database),
            posts=SqlPosts(database),
            audit=SqlAudit(database),
            contents=SqlContents(database),
        )
        self._lock = lock

    async def aclose(self) -> None:
        """Close both files and let another process have the folder."""
        try:
            await self.checkpointer.aclose()
            await self.database.close()
        finally:
            self._lock.release()

    async def prune(self, incident_id: str) -> None:
        """Keep only the newest checkpoint of the incident's thread; it resumes as before. Raises Temporary."""
        await self.checkpointer.aprune([incident_id])

    async def healthy(self) -> list[str]:
        """What is wrong with the folder now, in sentences; empty when nothing is. Never raises."""
        if not self._lock.held():
            return [f"the data folder {self.folder} was moved or deleted while in use: restart with the right one"]
        troubles = []
        free = shutil.disk_usage(self.folder).free
        if free < LOW_SPACE:
            troubles.append(f"only {free // 2**20} MiB are free in the data folder {self.folder}: free some space")
        try:
            async with self.database.write() as connection:
                await connection.execute(text("SELECT version_num FROM alembic_version"))
            await self.checkpointer.aget_tuple({"configurable": {"thread_id": "", "checkpoint_ns": ""}})
        except SteadyhandError as error:
            troubles.append(str(error))
        return troubles


async def open_store(folder: Path) -> OpenStore:
    """Open the data folder, creating it and its files where they are missing.

    Raises Unusable, saying what, where and what to do: not writable, in use by another process,
    damaged, another program's, or written by a newer version; in none of these is anything overwritten.
    """
    async with AsyncExitStack() as undo:
        lock = await asyncio.to_thread(FolderLock, folder)
        undo.callback(lock.release)
        try:
            await asyncio.to_thread(_look, folder)
            _create_private(folder)
            database = Database(folder / DATABASE)
            undo.push_async_callback(database.close)
            async with database.write() as connection:
                await connection.run_sync(migrate)
            await SqlLeases(database).void()  # the lock is ours, so whoever held a lease is dead
            checkpointer = await Checkpoints.open(folder / CHECKPOINTS)
        except Temporary as error:
            raise Unusable(f"cannot start on the data folder {folder}: {error}") from error
        undo.pop_all()
    return OpenStore(folder, lock, database, checkpointer)


def _create_private(folder: Path) -> None:
    """Evidence is nobody else's business: SQLite gives its side files the mode of the main one."""
    try:
        for file in (folder / DATABASE, folder / CHECKPOINTS):
            if not file.exists():
                file.touch(mode=0o600)
    except OSError as error:
        raise Unusable(
            f"cannot write in the data folder {folder}: {error.strerror};"
            " make it a folder this user may write to, or configure another one"
        ) from error


def _look(folder: Path) -> None:
    database, checkpoints = folder / DATABASE, folder / CHECKPOINTS
    if database.exists():
        found = look(database)
        refuse_foreign(database, found, "alembic_version")
        refuse_newer_schema(database, found.revision)
    if checkpoints.exists():
        found = look(checkpoints)
        refuse_foreign(checkpoints, found, "checkpoints")
        refuse_newer_format(checkpoints, found.version)
