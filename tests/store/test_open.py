"""Opening the data folder: what is refused, that a refusal overwrites nothing, and what a good folder becomes."""

import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import aclosing, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from agent.errors import Unusable
from agent.model.entity import ServiceRef
from agent.model.incident import Incident
from integrations.store.database import Database
from integrations.store.migrate import migrate
from integrations.store.open import open_store
from integrations.store.tables import metadata

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
NOBODY = 65534

HOLDER = """
import asyncio, sys
from pathlib import Path
from integrations.store.open import open_store

async def hold():
    opened = await open_store(Path(sys.argv[1]))
    print("held", flush=True)
    await asyncio.sleep(600)

asyncio.run(hold())
"""


def incident(identifier: str) -> Incident:
    service = ServiceRef(namespace="shop", name="checkout")
    return Incident(
        id=identifier, service=service, title="burns", severity="page", started_at=NOW, opened_at=NOW, alerts=[]
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every byte we care about; the lock file and SQLite's shared memory hold no data."""
    files = [file for file in folder.iterdir() if not file.name.endswith((".lock", "-shm"))]
    return {file.name: file.read_bytes() for file in files if file.stat().st_size}


async def refusal(folder: Path) -> str:
    with pytest.raises(Unusable) as refused:
        await open_store(folder)
    return str(refused.value)


async def fill(folder: Path, incidents: int = 1) -> None:
    async with aclosing(await open_store(folder)) as opened:
        for number in range(incidents):
            await opened.store.incidents.put(incident(f"i{number}").evolve(title="x" * 2000))


@contextmanager
def process_holding(folder: Path):
    command = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout.readline() == "held\n"
            yield holder
        finally:
            holder.kill()


async def test_a_new_folder_is_made_private_and_opens_again_with_what_was_stored(tmp_path):
    folder = tmp_path / "new" / "data"
    await fill(folder)
    assert folder.stat().st_mode & 0o077 == 0
    assert {file.stat().st_mode & 0o077 for file in folder.iterdir()} == {0}
    async with aclosing(await open_store(folder)) as opened:
        assert [found.id for found in await opened.store.incidents.find()] == ["i0"]
        assert await opened.healthy() == []


async def test_a_closed_folder_can_be_opened_by_the_same_process_and_an_open_one_cannot(tmp_path):
    async with aclosing(await open_store(tmp_path)):
        assert f"in use by process {os.getpid()} on {socket.gethostname()}" in await refusal(tmp_path)
    await (await open_store(tmp_path)).aclose()


async def test_a_folder_held_by_another_process_is_refused_until_that_process_is_killed(tmp_path):
    with process_holding(tmp_path) as holder:
        before = contents(tmp_path)
        reason = await refusal(tmp_path)
        assert f"{tmp_path} is in use by process {holder.pid}" in reason
        assert "stop that process, or give this one another folder" in reason
        assert contents(tmp_path) == before
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        await (await open_store(tmp_path)).aclose()


@pytest.mark.parametrize("name", ["steadyhand.db", "checkpoints.db"])
async def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path, name):
    await fill(tmp_path)
    (tmp_path / name).write_bytes(b"these are somebody's holiday notes\n" * 500)
    before = contents(tmp_path)
    reason = await refusal(tmp_path)
    assert f"{tmp_path / name} is damaged or not an SQLite database" in reason
    assert "restore it from a backup, or move it away" in reason
    assert contents(tmp_path) == before


async def test_a_database_with_a_destroyed_page_is_refused_and_kept(tmp_path):
    await fill(tmp_path, incidents=50)
    file = tmp_path / "steadyhand.db"
    data = bytearray(file.read_bytes())
    page = data.index(b"x" * 1000) // 4096 * 4096
    data[page : page + 4096] = b"\xff" * 4096
    file.write_bytes(data)
    before = contents(tmp_path)
    assert "is damaged" in await refusal(tmp_path)
    assert contents(tmp_path) == before


async def test_a_truncated_database_is_refused_and_kept(tmp_path):
    await fill(tmp_path, incidents=50)
    file = tmp_path / "steadyhand.db"
    file.write_bytes(file.read_bytes()[:20_000])
    before = contents(tmp_path)
    assert "is damaged" in await refusal(tmp_path)
    assert contents(tmp_path) == before


async def test_a_newer_schema_is_refused_and_kept(tmp_path):
    await fill(tmp_path)
    with closing(sqlite3.connect(tmp_path / "steadyhand.db", isolation_level=None)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'r9999'")
    before = contents(tmp_path)
    reason = await refusal(tmp_path)
    assert "written by a newer Steadyhand: its schema is r9999, this version knows up to r0004" in reason
    assert "Start that newer version" in reason
    assert contents(tmp_path) == before


async def test_a_newer_checkpoint_format_is_refused_and_kept(tmp_path):
    await fill(tmp_path)
    with closing(sqlite3.connect(tmp_path / "checkpoints.db", isolation_level=None)) as database:
        database.execute("PRAGMA user_version = 99")
    before = contents(tmp_path)
    assert "checkpoints.db was written by a newer Steadyhand: its format is 99" in await refusal(tmp_path)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["steadyhand.db", "checkpoints.db"])
async def test_another_programs_database_is_refused_and_kept(tmp_path, name):
    with closing(sqlite3.connect(tmp_path / name, isolation_level=None)) as database:
        database.execute("CREATE TABLE holidays (place TEXT)")
    before = contents(tmp_path)
    assert "belongs to another program (tables holidays)" in await refusal(tmp_path)
    assert contents(tmp_path) == before


async def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "data").write_text("not a folder")
    reason = await refusal(tmp_path / "data")
    assert f"cannot use the data folder {tmp_path / 'data'}" in reason
    assert "configure another one" in reason


@contextmanager
def without_privileges(folder: Path):
    """Root may write anywhere: become nobody for a moment, with a way in to the folder."""
    if os.geteuid() != 0:
        yield
        return
    closed = {parent: parent.stat().st_mode for parent in folder.parents if parent.stat().st_mode & 0o055 != 0o055}
    for parent, mode in closed.items():
        parent.chmod(mode | 0o055)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        for parent, mode in closed.items():
            parent.chmod(mode)


async def test_a_folder_without_write_permission_is_refused(tmp_path):
    await (await open_store(tmp_path / "warm")).aclose()  # everything is imported before privileges are dropped
    folder = tmp_path / "data"
    folder.mkdir(mode=0o555)
    with without_privileges(folder):
        assert f"cannot use the data folder {folder}: Permission denied" in await refusal(folder)
    assert list(folder.iterdir()) == []


async def test_a_database_without_write_permission_is_refused(tmp_path):
    folder = tmp_path / "data"
    await fill(folder)
    folder.chmod(0o777)
    (folder / "steadyhand.lock").chmod(0o666)
    (folder / "steadyhand.db").chmod(0o444)
    (folder / "checkpoints.db").chmod(0o444)
    with without_privileges(folder):
        reason = await refusal(folder)
    assert f"cannot start on the data folder {folder}" in reason
    assert "attempt to write a readonly database" in reason
    assert "change its permissions" in reason


async def test_the_migrations_come_to_the_schema_the_code_uses(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened, opened.database.read() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    assert differences == []


async def test_a_migration_that_fails_half_way_leaves_nothing(tmp_path):
    database = Database(tmp_path / "steadyhand.db")

    async def migrate_and_fail() -> None:
        async with database.write() as connection:
            await connection.run_sync(migrate)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await migrate_and_fail()
    async with database.read() as connection:
        assert await connection.run_sync(lambda sync: inspect(sync).get_table_names()) == []
    await database.close()


async def test_opening_leaves_logging_alone(tmp_path):
    root = logging.getLogger()
    alembic = logging.getLogger("alembic")

    def now():
        return (root.level, list(root.handlers), logging.getLogger("steadyhand.test").disabled, alembic.level)

    before = now()
    await fill(tmp_path)
    assert now() == before


def test_the_schema_is_one_that_postgresql_takes():
    spoken = {
        table.name: str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in metadata.sorted_tables
    }
    assert "seq BIGSERIAL NOT NULL" in spoken["journal"]
    assert "fence BIGINT NOT NULL" in spoken["leases"]
    assert all("AUTOINCREMENT" not in statement for statement in spoken.values())
