"""All that differs between databases, in one place: connection settings, transactions, upserts, the meaning of errors.

Everything else in this package is SQLAlchemy Core that SQLite and PostgreSQL both understand.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Table, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from agent.errors import SteadyhandError, Temporary, Unusable

WRITES = "steadyhand_writes"
"""Execution option that marks an engine whose transactions write."""

SETTINGS = ("busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")
"""PRAGMAs of every connection; FULL because the ledger must outlive a power cut, not only a crash."""

_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space",
    sqlite3.SQLITE_BUSY: "another program holds the file: close it",
    sqlite3.SQLITE_LOCKED: "another program holds the file: close it",
    sqlite3.SQLITE_READONLY: "the file or its folder is not writable: change its permissions",
    sqlite3.SQLITE_PERM: "the file is not accessible: change its permissions",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened: check that its folder exists and is writable",
    sqlite3.SQLITE_IOERR: "the disk is full or failing: free some space, or replace it",
}


def create_engine(path: Path) -> AsyncEngine:
    """An engine on an SQLite file. Its `.execution_options(**{WRITES: True})` twin takes the write lock at BEGIN.

    Without that, two transactions that read first and write later could not both go on.
    """
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        connect_args={"isolation_level": None},  # otherwise the driver begins transactions itself, at the first write
        pool_size=4,
        max_overflow=0,
    )
    event.listen(engine.sync_engine, "connect", _configure)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _configure(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    try:
        for setting in SETTINGS:
            cursor.execute(f"PRAGMA {setting}")
    except BaseException:
        cursor.close()
        connection.close()  # SQLAlchemy forgets a connection that fails here: file and thread would stay open
        raise
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def insert_new(connection: AsyncConnection, table: Table, key: list[str], values: dict[str, Any]) -> bool:
    """Insert a row unless one with the same key columns is there; whether it was inserted."""
    statement = _insert(connection, table).values(values).on_conflict_do_nothing(index_elements=key)
    return (await connection.execute(statement)).rowcount == 1


async def insert_or_replace(connection: AsyncConnection, table: Table, key: list[str], values: dict[str, Any]) -> None:
    """Insert a row, or overwrite the other columns of the one with the same key columns."""
    others = {name: value for name, value in values.items() if name not in key}
    statement = _insert(connection, table).values(values).on_conflict_do_update(index_elements=key, set_=others)
    await connection.execute(statement)


async def alone(connection: AsyncConnection, table: Table) -> None:
    """Nobody else writes to the table until the transaction ends; SQLite's writers are alone from their BEGIN on."""
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql(f"LOCK TABLE {table.name} IN EXCLUSIVE MODE")


def _insert(connection: AsyncConnection, table: Table) -> Any:
    return postgresql_insert(table) if connection.dialect.name == "postgresql" else sqlite_insert(table)


def reading(path: Path) -> sqlite3.Connection:
    """A connection that can only read; a running daemon's file may be read with it. Raises Unusable, Temporary."""
    try:
        return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise translate(error, path) from error


@dataclass(frozen=True)
class Look:
    """What an existing SQLite file holds: its tables, alembic revision (None before any) and PRAGMA user_version."""

    tables: set[str]
    revision: str | None
    version: int


def look(path: Path) -> Look:
    """Check an existing SQLite file without writing to it; reads all of it, about a second per GB.

    Raises Unusable when it is damaged, not SQLite at all, or cannot be read.
    """
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            problems = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
            if problems != ["ok"]:
                raise Unusable(_damaged(path, "; ".join(problems)))
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            return Look(tables=tables, revision=_revision(connection, tables), version=version)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise translate(error, path) from error


def _revision(connection: sqlite3.Connection, tables: set[str]) -> str | None:
    if "alembic_version" not in tables:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def refuse_foreign(path: Path, found: Look, ours: str) -> None:
    """Raise Unusable when the file has tables, but not the one that makes it ours."""
    if found.tables and ours not in found.tables:
        some = ", ".join(sorted(found.tables)[:3])
        raise Unusable(
            f"{path} belongs to another program (tables {some}); nothing was written to it: use another folder"
        )


def translate(error: BaseException, path: Path) -> SteadyhandError:
    """Our error for one of SQLite's: damage is Unusable, everything else may pass."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _CORRUPT:
        return Unusable(_damaged(path, str(error)))
    return Temporary(f"{path}: {error} ({_ADVICE.get(code, 'unexpected')}); nothing of this step was stored")


def _damaged(path: Path, detail: str) -> str:
    return (
        f"{path} is damaged or not an SQLite database ({detail});"
        " restore it from a backup, or move it away to start with an empty one"
    )
