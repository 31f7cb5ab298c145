"""Transactions on steadyhand.db, with errors translated: what every noun of this package reads and writes through."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent.errors import Temporary
from integrations.store.dialect import WRITES, create_engine, translate


class Database:
    """One file and its connections."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine: AsyncEngine = create_engine(path)
        self._writing = self.engine.execution_options(**{WRITES: True})
        self._turn = asyncio.Lock()  # writers queue here, in order, rather than poll for SQLite's lock

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one consistent state. Raises Temporary or Unusable."""
        with self._translated():
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is alone with the right to write; all or nothing. Raises Temporary or Unusable."""
        with self._translated():
            async with self._turn, self._writing.begin() as connection:
                yield connection

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            if cause is None or isinstance(cause, sqlite3.IntegrityError | sqlite3.ProgrammingError):
                raise  # a mistake of ours: hiding it as something that may pass would repeat it for ever
            raise translate(cause, self.path) from error
        except PoolTimeoutError as error:
            raise Temporary(f"{self.path}: all connections are busy; nothing of this step was stored") from error
