"""Trouble while the store is in use: a full disk, a killed process, cancelled work, a row nobody can read."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import aclosing, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from agent.errors import Temporary, Unusable
from agent.model.evidence import Evidence
from agent.model.query import Raw
from agent.model.question import Gap, GapReason, InstantQuestion
from integrations.store.open import OpenStore, open_store

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
BATCH = 40

WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from agent.model.action import LedgerEntry, LedgerState, Restart
from agent.model.entity import Entity
from integrations.store.open import open_store
from tests.store.test_trouble import batch

async def write():
    now = datetime.now(UTC)
    opened = await open_store(Path(sys.argv[1]))
    for number in range(100000):
        name = f"{sys.argv[2]}-{number}"
        await opened.store.evidence.put(name, batch())
        lease = await opened.store.leases.claim(name, "writer", now, 60)
        action = Restart(target=Entity(kind="Deployment", namespace="shop", name="checkout"))
        entry = LedgerEntry(key=name, incident_id=name, action=action, at=now)
        await opened.store.ledger.begin(entry, lease.fence)
        await opened.store.ledger.mark(entry.evolve(state=LedgerState.EXECUTING), lease.fence)
        print(name, flush=True)

asyncio.run(write())
"""


def batch(size: int = BATCH, padding: int = 400) -> list[Evidence]:
    question = InstantQuestion(query=Raw(promql="up"), at=NOW)
    gap = Gap(reason=GapReason.FAILED, detail="x" * padding)
    return [Evidence(id=f"E{n}", question=question, answer=gap, asked_at=NOW) for n in range(1, size + 1)]


async def kill_while_writing(folder: Path, run: int) -> list[str]:
    """Start a writer, let it finish a few rounds, kill it at no particular moment; the rounds it reported as done."""
    command = [sys.executable, "-c", WRITER, str(folder), f"run{run}"]
    writer = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    finished = [(await writer.stdout.readline()).decode().strip() for _ in range(3 + run)]
    await asyncio.sleep(0.003 * run)
    writer.send_signal(signal.SIGKILL)
    rest = (await writer.stdout.read()).decode().split()
    await writer.wait()
    assert all(finished)
    return finished + rest


async def test_a_process_killed_while_writing_leaves_whole_transactions_and_loses_none_it_reported(tmp_path):
    for run in range(4):
        finished = await kill_while_writing(tmp_path, run)
        async with aclosing(await open_store(tmp_path)) as opened:
            for name in finished:
                assert len(await opened.store.evidence.get(name)) == BATCH
                assert [entry.state for entry in await opened.store.ledger.entries(name)] == ["executing"]
            unfinished = f"run{run}-{len(finished)}"
            assert len(await opened.store.evidence.get(unfinished)) in (0, BATCH)
            assert len(await opened.store.ledger.entries(unfinished)) in (0, 1)


async def limit_pages(opened: OpenStore, pages: int) -> None:
    """Let SQLite itself report a full disk: every pooled connection gets the cap."""
    connections = [await opened.database.engine.connect() for _ in range(4)]
    for connection in connections:
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        await connection.close()
    await opened.checkpointer.conn.execute(f"PRAGMA max_page_count = {pages}")


async def test_a_disk_that_fills_up_is_temporary_stores_nothing_by_halves_and_recovers(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        await opened.store.evidence.put("before", batch())
        await limit_pages(opened, 1)  # SQLite takes the present size when asked for less
        with pytest.raises(Temporary, match="disk is full: free some space") as full:
            await opened.store.evidence.put("i1", batch(400, 2000))
        assert "steadyhand.db" in str(full.value)
        assert await opened.store.evidence.get("i1") == []
        assert len(await opened.store.evidence.get("before")) == BATCH
        await limit_pages(opened, 100_000)
        await opened.store.evidence.put("i1", batch(400, 2000))
        assert len(await opened.store.evidence.get("i1")) == 400


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounting a small file system needs root")
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield place
    if subprocess.run(["umount", place], check=False).returncode:
        subprocess.run(["umount", "-l", place], check=True)
        pytest.fail("a file on the small disk was left open")


@pytest.mark.parametrize("left", [0, 4, 16, 48, 96, 140, 160])
async def test_a_full_disk_at_the_start_is_unusable_and_does_no_harm(small_disk, left):
    ballast, folder = small_disk / "ballast", small_disk / "data"
    ballast.write_bytes(b"x" * ((512 - left) * 1024))
    with pytest.raises(Unusable) as full:
        await open_store(folder)
    assert "free some space" in str(full.value)
    ballast.unlink()
    async with aclosing(await open_store(folder)) as opened:
        await opened.store.evidence.put("i1", batch(1))


async def test_a_disk_that_runs_full_under_the_daemon_is_reported_by_healthy_and_survived(small_disk):
    async with aclosing(await open_store(small_disk / "data")) as opened:
        assert "MiB are free" in (await opened.healthy())[0]
        written: list[str] = []

        async def write_until_full() -> None:
            while len(written) < 1000:
                written.append(f"i{len(written)}")
                await opened.store.evidence.put(written[-1], batch(20, 2000))

        with pytest.raises(Temporary, match="free some space"):
            await write_until_full()
        assert await opened.store.evidence.get(written[-1]) == []
        assert {len(await opened.store.evidence.get(name)) for name in written[:-1]} <= {20}


async def test_healthy_notices_that_the_folder_is_gone(tmp_path):
    folder = tmp_path / "data"
    async with aclosing(await open_store(folder)) as opened:
        assert await opened.healthy() == []
        folder.rename(tmp_path / "elsewhere")
        assert "moved or deleted while in use" in (await opened.healthy())[0]


async def test_healthy_notices_a_database_that_another_program_holds(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        await opened.store.evidence.put("i1", batch(1))
        async with opened.database.engine.connect() as connection:
            await connection.execute(text("PRAGMA busy_timeout = 50"))
        with closing(sqlite3.connect(tmp_path / "steadyhand.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert "another program holds the file" in (await opened.healthy())[0]
        assert await opened.healthy() == []


async def test_work_cancelled_in_the_middle_of_a_write_leaves_the_store_usable(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        for pause in range(12):
            writing = asyncio.create_task(opened.store.evidence.put(f"i{pause}", batch(200)))
            await asyncio.sleep(0.002 * pause)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            assert len(await opened.store.evidence.get(f"i{pause}")) in (0, 200)
        await opened.store.evidence.put("last", batch())
        assert len(await opened.store.evidence.get("last")) == BATCH


async def test_a_row_this_version_cannot_read_is_named(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        await opened.store.evidence.put("i1", batch(1))
        async with opened.database.write() as connection:
            await connection.execute(text("""UPDATE evidence SET body = '{"id": "E1", "colour": "red"}'"""))
        with pytest.raises(Unusable, match="evidence E1 of incident i1 cannot be read as Evidence by this version"):
            await opened.store.evidence.get("i1")
