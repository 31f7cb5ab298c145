"""The graph's checkpoints, in a file of their own: LangGraph's SQLite saver with our errors, and a way to prune."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.serde.types import ERROR
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.errors import Unusable
from agent.redact import redact
from integrations.store.dialect import SETTINGS, translate
from integrations.store.serializer import StrictSerializer

_FORMAT = 1
"""PRAGMA user_version of the file: raised when its content changes in a way older versions cannot read."""

_PRUNE = """
    DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id <> (
        SELECT MAX(newest.checkpoint_id) FROM checkpoints AS newest
        WHERE newest.thread_id = {table}.thread_id AND newest.checkpoint_ns = {table}.checkpoint_ns)
"""
"""For `checkpoints` and for `writes` (pending results of steps): all but the newest checkpoint of each namespace."""


class Checkpoints(AsyncSqliteSaver):
    """AsyncSqliteSaver whose errors are ours; one connection, one lock, for all threads."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        super().__init__(connection, serde=StrictSerializer())
        self._path = path

    @classmethod
    async def open(cls, path: Path) -> "Checkpoints":
        """Open or create the file. Raises Temporary or Unusable."""
        try:
            connection = await aiosqlite.connect(path)
        except sqlite3.Error as error:
            raise translate(error, path) from error
        try:
            for setting in SETTINGS:
                await connection.execute(f"PRAGMA {setting}")
            saver = cls(connection, path)
            await saver.setup()
            await connection.execute(f"PRAGMA user_version = {_FORMAT}")
            await connection.commit()
        except BaseException as error:
            await connection.close()
            if isinstance(error, sqlite3.Error):
                raise translate(error, path) from error
            raise
        return saver

    async def aclose(self) -> None:
        """Close the file."""
        await self.conn.close()

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """As the parent. Raises Temporary, or Unusable for a checkpoint this version cannot read."""
        async with self._translated():
            return await super().aget_tuple(config)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """As the parent. Raises Temporary: nothing was stored."""
        async with self._translated():
            return await super().aput(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """As the parent, but an error's text, which may quote anything, is masked. Raises Temporary: nothing was stored."""
        masked = [(channel, redact(repr(value)) if channel == ERROR else value) for channel, value in writes]
        async with self._translated():
            await super().aput_writes(config, masked, task_id, task_path)

    async def aprune(self, thread_ids: Sequence[str], *, strategy: str = "keep_latest") -> None:
        """Keep only a thread's newest checkpoint with its pending writes: it resumes as before, its history is gone.

        The other strategy, "delete", deletes the thread. Raises Temporary: nothing was deleted.
        """
        for thread in thread_ids:
            async with self._translated():
                await (self.adelete_thread(thread) if strategy == "delete" else self._keep_newest(thread))

    async def _keep_newest(self, thread: str) -> None:
        async with self.lock:
            for table in ("writes", "checkpoints"):
                await self.conn.execute(_PRUNE.format(table=table), (thread,))
            await self.conn.execute("UPDATE checkpoints SET parent_checkpoint_id = NULL WHERE thread_id = ?", (thread,))
            await self.conn.commit()

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            async with self.lock:
                await self.conn.rollback()  # else the half that was written would go out with the next commit
            raise translate(error, self._path) from error


def refuse_newer_format(path: Path, version: int) -> None:
    """Raise Unusable when the file's format is one this version does not know."""
    if version > _FORMAT:
        raise Unusable(
            f"{path} was written by a newer Steadyhand: its format is {version}, this version knows {_FORMAT};"
            " nothing was written to it. Start that newer version, or give this one another folder"
        )
