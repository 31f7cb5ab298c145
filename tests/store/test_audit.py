"""The audit on disk: the database refuses changes, tampering shows, and a kill leaves no effect without its entry."""

import sqlite3
from contextlib import aclosing, closing

import pytest

from agent.model.action import LedgerState
from agent.policy.chain import broken
from integrations.store.open import open_store
from integrations.store.reading import open_audit
from tests.contracts.test_store import NOW, effect, note


async def filled(folder, states=(LedgerState.EXECUTING, LedgerState.DONE)):
    async with aclosing(await open_store(folder)) as opened:
        fence = (await opened.store.leases.claim("i1", "a", NOW, 30)).fence
        await opened.store.audit.append(note("began"))
        await opened.store.ledger.begin(effect(), fence)
        for state in states:
            await opened.store.ledger.mark(effect().evolve(state=state), fence)


def sql(folder, *statements):
    with closing(sqlite3.connect(folder / "steadyhand.db", isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


DROPPED = [f"DROP TRIGGER audit_{name}" for name in ("no_update", "no_delete", "only_next")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET body = '{}' WHERE seq = 1",
        "UPDATE audit SET seq = 9 WHERE seq = 4",
        "DELETE FROM audit WHERE seq = 4",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT 2, key, previous, hash, '{}' FROM audit WHERE seq = 2",
        "INSERT OR REPLACE INTO audit SELECT 5, key, previous, hash, '{}' FROM audit WHERE seq = 2",
        "INSERT INTO audit SELECT 9, 'new', previous, hash, body FROM audit WHERE seq = 4",
    ],
)
async def test_the_database_itself_refuses(tmp_path, statement):
    await filled(tmp_path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        sql(tmp_path, statement)
    async with open_audit(tmp_path) as audit:
        assert len(await audit.entries()) == 4
        assert broken(await audit.entries()) is None


async def test_what_is_changed_without_the_triggers_shows(tmp_path):
    await filled(tmp_path)
    sql(
        tmp_path,
        *DROPPED,
        "UPDATE audit SET body = replace(body, 'it began', 'nothing') WHERE seq = 1",
        "UPDATE audit SET body = replace(body, 'done', 'none') WHERE seq = 4",
    )
    async with open_audit(tmp_path) as audit:
        assert broken(await audit.entries()).seq == 1


async def test_an_end_that_was_cut_off_shows_by_the_ledger(tmp_path):
    await filled(tmp_path)
    sql(tmp_path, *DROPPED, "DELETE FROM audit WHERE seq = 4")
    async with open_audit(tmp_path) as audit:
        assert broken(await audit.entries()) is None
        assert await audit.untold() == ["k1 (done)"]


async def test_a_ledger_that_agrees_has_nothing_untold(tmp_path):
    await filled(tmp_path)
    async with open_audit(tmp_path) as audit:
        assert await audit.untold() == []


async def test_effects_from_before_the_audit_are_no_lack_of_it(tmp_path):
    await filled(tmp_path)
    sql(tmp_path, *DROPPED, "DELETE FROM audit", "UPDATE ledger SET audited = 0")
    async with open_audit(tmp_path) as audit:
        assert await audit.untold() == []


@pytest.mark.parametrize("state", [LedgerState.INTENT, LedgerState.EXECUTING, LedgerState.DONE])
async def test_the_entry_and_the_mark_are_one_transaction(tmp_path, state):
    """Whatever makes the audit fail makes the mark fail: there is no moment at which only one of them is on disk."""
    await filled(tmp_path, states=())
    sql(
        tmp_path,
        "CREATE TRIGGER dies BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'killed here'); END",
    )
    async with aclosing(await open_store(tmp_path)) as opened:
        fence = (await opened.store.leases.claim("i1", "a", NOW, 30)).fence
        ledger, marked = opened.store.ledger, effect().evolve(state=state)
        write = ledger.begin(effect("k2"), fence) if state is LedgerState.INTENT else ledger.mark(marked, fence)
        with pytest.raises(Exception, match="killed here"):
            await write
        assert [entry.state for entry in await opened.store.ledger.entries()] == [LedgerState.INTENT]


async def test_an_older_database_gets_its_audit(tmp_path):
    await filled(tmp_path)
    sql(
        tmp_path,
        *DROPPED,
        "DROP TABLE audit",
        "ALTER TABLE ledger DROP COLUMN audited",
        "UPDATE alembic_version SET version_num = 'r0001'",
    )
    async with aclosing(await open_store(tmp_path)) as opened:
        assert [entry.key for entry in await opened.store.ledger.entries()] == ["k1"]
        assert await opened.store.audit.append(note("again"))
    async with open_audit(tmp_path) as audit:
        assert await audit.untold() == []
