"""`steadyhand audit`: checks and exports what is in the data folder, without a daemon."""

import asyncio
import json
import sqlite3
from contextlib import aclosing, closing
from datetime import UTC, datetime, timedelta

import pytest

from agent.model.action import LedgerEntry, LedgerState, Restart
from agent.model.audit import AuditKind, AuditNote
from agent.model.entity import Entity
from integrations.store.open import DATABASE, open_store

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


async def _filled(folder, entries):
    async with aclosing(await open_store(folder)) as opened:
        for number in range(entries):
            note = AuditNote(kind=AuditKind.STARTED, who="steadyhand", what=f"{number} \x1b[31m \x9b31m \u202e")
            await opened.store.audit.append(note)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = tmp_path / "state"
    asyncio.run(_filled(made, 3))
    monkeypatch.setenv("STEADYHAND_STATE_DIR", str(made))
    return made


async def acted(folder):
    target = Entity(kind="Deployment", namespace="shop", name="web")
    entry = LedgerEntry(key="k1", incident_id="i1", action=Restart(target=target), at=NOW, purpose="act d1")
    async with aclosing(await open_store(folder)) as opened:
        lease = await opened.store.leases.claim("i1", "w1", NOW, 60)
        await opened.store.ledger.begin(entry, lease.fence)
        await opened.store.ledger.mark(entry.evolve(state=LedgerState.EXECUTING), lease.fence)


def cut(folder, statement):
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as database:
        for what in ("DELETE", "UPDATE", "REPLACE"):
            database.execute(f"DROP TRIGGER audit_refuses_{what}")
        database.execute(statement)


def test_an_unbroken_chain_and_its_head(run, folder):
    done = run("audit", "verify")
    assert done.exit_code == 0
    assert done.stdout.startswith("3 entries, unbroken\nhead 3:")


def test_the_first_broken_entry_and_a_status_of_its_own(run, folder):
    cut(folder, "UPDATE audit SET body = replace(body, 'steadyhand', 'eve') WHERE seq = 2")
    done = run("audit", "verify")
    assert (done.exit_code, done.stdout) == (1, "broken: entry 2: its content is not what was written\n")


def test_a_cut_tail_shows_by_the_head_that_was_kept(run, folder):
    head = run("audit", "verify").stdout.split()[-1]
    cut(folder, "DELETE FROM audit WHERE seq = 3")
    assert run("audit", "verify").exit_code == 0
    done = run("audit", "verify", "--head", head)
    assert (done.exit_code, "is not part of this chain" in done.stdout) == (1, True)


def test_a_cut_tail_shows_by_the_ledger_where_an_action_was_in_it(run, folder):
    asyncio.run(acted(folder))
    assert run("audit", "verify").exit_code == 0
    cut(folder, "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)")
    done = run("audit", "verify")
    assert done.exit_code == 1
    assert "it was cut off: the ledger has what no entry tells: k1 (executing)" in done.stdout


def test_an_export_is_checked_like_the_folder(run, folder, tmp_path):
    export = tmp_path / "audit.jsonl"
    export.write_text(run("audit", "export").stdout)
    assert run("audit", "verify", "--file", str(export)).stdout == run("audit", "verify").stdout
    export.write_text("".join(export.read_text().splitlines(keepends=True)[1:]))
    assert "it begins with entry 2" in run("audit", "verify", "--file", str(export)).stdout


def test_an_export_holds_one_entry_a_line_and_cannot_steer_a_terminal(run, folder):
    done = run("audit", "export", "--format", "jsonl")
    assert [json.loads(line)["seq"] for line in done.stdout.splitlines()] == [1, 2, 3]
    assert done.stdout.isascii()
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(("ago", "entries"), [(timedelta(hours=1), 3), (timedelta(seconds=-30), None)])
def test_since_a_moment(run, folder, ago, entries):
    moment = (datetime.now(UTC) - ago).isoformat()
    done = run("audit", "export", "--since", moment)
    if entries is None:
        assert (done.exit_code, "--since" in done.stderr) == (2, True)
    else:
        assert len(done.stdout.splitlines()) == entries


def test_a_damaged_entry_is_left_out_of_an_export_and_said(run, folder):
    cut(folder, "UPDATE audit SET body = '{' WHERE seq = 2")
    done = run("audit", "export")
    assert (done.exit_code, len(done.stdout.splitlines())) == (1, 2)
    assert "1 damaged entries were left out" in done.stderr


@pytest.mark.parametrize("head", ["3", "3:xyz", ":", "3:" + "g" * 64])
def test_a_head_that_is_none_is_said_to_be_none(run, folder, head):
    done = run("audit", "verify", "--head", head)
    assert (done.exit_code, "--head takes" in done.stderr) == (2, True)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_is_no_export_is_an_error_without_a_traceback(run, tmp_path, content):
    file = tmp_path / "export"
    if content:
        file.write_bytes(content)
    done = run("audit", "verify", "--file", str(file))
    assert (done.exit_code, "Traceback" in done.stderr) == (2, False)


def test_a_folder_without_a_database_is_said_to_be_one(run, tmp_path, monkeypatch):
    monkeypatch.setenv("STEADYHAND_STATE_DIR", str(tmp_path / "nowhere"))
    done = run("audit", "verify")
    assert (done.exit_code, "there is no database" in done.stderr) == (2, True)
