"""The audit on disk: it refuses to be changed, shows that it was, and holds nothing that did not happen."""

import asyncio
import sqlite3
from contextlib import aclosing, closing

import pytest

from agent.errors import Refused, Unusable
from agent.model.action import LedgerEntry, LedgerState, Restart
from agent.model.audit import AuditKind, AuditNote
from agent.model.entity import Entity
from agent.policy.chain import Head, check
from integrations.store.audit_file import lines, untold
from integrations.store.open import DATABASE, open_store
from tests.store.test_open import NOW, incident

WEB = Entity(kind="Deployment", namespace="shop", name="web")


def note(what: str) -> AuditNote:
    return AuditNote(kind=AuditKind.STARTED, who="steadyhand", what=what, incident_id="i1")


async def fill(folder, entries: int = 5) -> Head:
    async with aclosing(await open_store(folder)) as opened:
        for number in range(entries):
            await opened.store.audit.append(note(str(number)))
        newest = await opened.store.audit.newest()
        return Head(seq=newest.seq, hash=newest.hash)


def raw(folder):
    return closing(sqlite3.connect(folder / DATABASE, isolation_level=None))


def tampered(folder, statement: str) -> str:
    """What the check says after a change past the triggers."""
    with raw(folder) as database:
        for trigger in ("audit_refuses_UPDATE", "audit_refuses_DELETE", "audit_refuses_REPLACE"):
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute(statement)
    return check(lines(folder)).broken


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET body = '{}'",
        "UPDATE audit SET seq = seq + 1",
        "UPDATE audit SET incident_id = 'another'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE seq = 5",
        "INSERT OR REPLACE INTO audit SELECT seq, incident_id, kind, key, '{}' FROM audit WHERE seq = 5",
        "INSERT INTO audit SELECT 9, incident_id, kind, key, body FROM audit WHERE seq = 5",
    ],
)
async def test_the_database_itself_refuses_to_change_an_entry(tmp_path, statement):
    await fill(tmp_path)
    with raw(tmp_path) as database, pytest.raises(sqlite3.IntegrityError, match="only ever appended to"):
        database.execute(statement)
    assert check(lines(tmp_path)).broken == ""


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE audit SET body = replace(body, 'steadyhand', 'somebody') WHERE seq = 3", "entry 3: its content"),
        ("UPDATE audit SET body = '' WHERE seq = 3", "after entry 2"),
        ("UPDATE audit SET body = x'00ff' WHERE seq = 3", "after entry 2"),
        ("UPDATE audit SET incident_id = 'another' WHERE seq = 3", "after entry 2"),
        ("UPDATE audit SET kind = 'action' WHERE seq = 3", "after entry 2"),
        ("UPDATE audit SET key = 'k' WHERE seq = 3", "after entry 2"),
        ("DELETE FROM audit WHERE seq = 3", "entry 3: it is missing"),
        ("UPDATE audit SET seq = 9 WHERE seq = 3", "entry 3: it is missing"),
        (
            "INSERT OR REPLACE INTO audit SELECT seq, incident_id, kind, key, '{}' FROM audit WHERE seq = 3",
            "after entry 2",
        ),
    ],
)
async def test_what_gets_past_the_triggers_breaks_the_chain(tmp_path, statement, where):
    await fill(tmp_path)
    assert tampered(tmp_path, statement).startswith(where)


async def test_a_tail_that_was_cut_off_shows_by_a_head_kept_elsewhere(tmp_path):
    head = await fill(tmp_path)
    assert tampered(tmp_path, "DELETE FROM audit WHERE seq = 5") == ""
    assert "not part of this chain" in check(lines(tmp_path), head).broken


async def test_entries_after_a_damaged_one_do_not_hide_the_break(tmp_path):
    await fill(tmp_path)
    tampered(tmp_path, "UPDATE audit SET body = '{' WHERE seq = 5")
    await fill(tmp_path, 2)
    assert check(lines(tmp_path)).broken.startswith("after entry 4")


@pytest.mark.parametrize(
    ("statement", "left"),
    [
        ("SELECT 1", []),
        ("DELETE FROM audit WHERE seq = 9", ["k2 (done)"]),
        ("DELETE FROM audit WHERE seq > 7", ["k2 (done)"]),
        ("DELETE FROM audit WHERE seq > 5", ["k1 (done)", "k2 (done)"]),
        ("DELETE FROM audit WHERE seq > 3", []),  # as if the audit had begun after them: only a kept head shows it
    ],
)
async def test_an_end_that_was_cut_off_shows_by_the_ledger(tmp_path, statement, left):
    await fill(tmp_path, 3)
    async with aclosing(await open_store(tmp_path)) as opened:
        fence = (await opened.store.leases.claim("i1", "w1", NOW, 60)).fence
        for key in ("k1", "k2"):
            entry = LedgerEntry(key=key, incident_id="i1", action=Restart(target=WEB), at=NOW, purpose="act d1")
            await opened.store.ledger.begin(entry, fence)
            for state in (LedgerState.EXECUTING, LedgerState.DONE):
                await opened.store.ledger.mark(entry.evolve(state=state), fence)
    assert tampered(tmp_path, statement) == ""
    assert untold(tmp_path) == left


async def test_effects_from_before_the_audit_are_no_lack_of_it(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        fence = (await opened.store.leases.claim("i1", "w1", NOW, 60)).fence
        old = LedgerEntry(key="k0", incident_id="i1", action=Restart(target=WEB), at=NOW)
        await opened.store.ledger.begin(old, fence)
        tampered(tmp_path, "DELETE FROM audit")
        await opened.store.ledger.begin(old.evolve(key="k1"), fence)
        await opened.store.ledger.mark(old.evolve(state=LedgerState.EXECUTING), fence)
    assert untold(tmp_path) == []


async def test_it_is_read_beside_a_running_daemon(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        await opened.store.audit.append(note("now"))
        assert check(lines(tmp_path)).head.seq == 1


@pytest.mark.parametrize("content", [None, b"no database at all, but long enough to be looked at" * 30])
def test_a_folder_without_an_audit_is_said_to_be_one(tmp_path, content):
    if content:
        (tmp_path / DATABASE).write_bytes(content)
    with pytest.raises(Unusable):
        list(lines(tmp_path))


async def test_many_writers_at_once_make_one_chain(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        await asyncio.gather(*(opened.store.audit.append(note(str(number))) for number in range(40)))
    found = check(lines(tmp_path))
    assert (found.broken, found.head.seq) == ("", 40)


async def test_a_mark_that_is_not_stored_leaves_no_entry_and_no_entry_no_mark(tmp_path):
    """Both or neither: a trigger stands in for the disk that fails at the worst moment."""
    entry = LedgerEntry(key="k1", incident_id="i1", action=Restart(target=WEB), at=NOW, purpose="act d1")
    async with aclosing(await open_store(tmp_path)) as opened:
        lease = await opened.store.leases.claim("i1", "w1", NOW, 60)
        await opened.store.ledger.begin(entry, lease.fence)
        with raw(tmp_path) as database:
            database.execute(
                "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
            )
        with pytest.raises(Exception, match="the disk is full"):
            await opened.store.ledger.mark(entry.evolve(state=LedgerState.EXECUTING), lease.fence)
        with raw(tmp_path) as database:
            database.execute("DROP TRIGGER full")
        assert [e.state for e in await opened.store.ledger.entries()] == [LedgerState.INTENT]
        with pytest.raises(Refused):
            await opened.store.ledger.mark(entry.evolve(key="unknown", state=LedgerState.DONE), lease.fence)
        assert [e.note.result for e in await opened.store.audit.entries()] == ["intent"]


async def test_a_folder_of_the_version_before_gets_an_audit_and_keeps_its_rest(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        await opened.store.incidents.put(incident("i1"))
    with raw(tmp_path) as database:  # as r0001 left it
        for table in ("audit", "setbacks", "posts", "post_marks", "contents"):
            database.execute(f"DROP TABLE {table}")
        database.execute("UPDATE alembic_version SET version_num = 'r0001'")
    async with aclosing(await open_store(tmp_path)) as opened:
        assert (await opened.store.incidents.get("i1")).id == "i1"
        assert await opened.store.audit.append(note("began"))
    with raw(tmp_path) as database, pytest.raises(sqlite3.IntegrityError):
        database.execute("DELETE FROM audit")
