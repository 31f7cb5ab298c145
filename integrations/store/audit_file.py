"""Reads the audit out of a data folder, also while a daemon works on it: for `steadyhand audit`."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from agent.errors import Unusable
from integrations.store.dialect import reading, translate
from integrations.store.open import DATABASE

_ROWS = "SELECT seq, incident_id, kind, key, body FROM audit ORDER BY seq"
_NO_ENTRY = "null"

_UNTOLD = """
    SELECT key, state FROM ledger
    WHERE NOT EXISTS (SELECT 1 FROM audit WHERE audit.key = 'ledger ' || ledger.key || ' ' || ledger.state)
      AND seq >= (SELECT MIN(seq) FROM ledger AS told
                  WHERE EXISTS (SELECT 1 FROM audit WHERE audit.key = 'ledger ' || told.key || ' intent'))
    ORDER BY seq
"""
"""Effects in a state that the audit does not tell, from the first effect on whose beginning it tells."""


def lines(folder: Path) -> Iterator[str]:
    """Every entry as it is stored, read without locking out a daemon that runs on it. Raises Unusable, Temporary.

    A row whose columns are not those of its entry is given out as no entry at all: the search was tampered with.
    """
    with _reading(folder) as connection:
        for *columns, body in connection.execute(_ROWS):
            yield body if _copied(body, columns) else _NO_ENTRY


def untold(folder: Path) -> list[str]:
    """Effects in the ledger that the audit should tell and does not: its end was cut off. Raises Unusable, Temporary.

    Both are written in one transaction and read here in one statement, so a running daemon is never between them.
    """
    with _reading(folder) as connection:
        return [f"{key} ({state})" for key, state in connection.execute(_UNTOLD)]


@contextmanager
def _reading(folder: Path) -> Iterator[sqlite3.Connection]:
    path = folder / DATABASE
    if not path.exists():
        raise Unusable(f"there is no database at {path}: name the data folder's configuration, or an export")
    try:
        with closing(reading(path)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'audit'").fetchone():
                raise Unusable(f"{path} has no audit: an older version wrote it; start this one on it once")
            yield connection
    except sqlite3.Error as error:
        raise translate(error, path) from error


def _copied(body: object, columns: list[object]) -> bool:
    try:
        entry = json.loads(str(body))
        note = entry["note"]
        return columns == [entry["seq"], note["incident_id"], note["kind"], note["key"] or None]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
