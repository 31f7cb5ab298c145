"""Reads the audit out of a data folder, also while a daemon works on it: for `steadyhand audit`."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from agent.errors import Unusable
from integrations.store.dialect import reading, translate
from integrations.store.open import DATABASE

_ROWS = "SELECT seq, incident_id, kind, key, body FROM audit ORDER BY seq"
_NO_ENTRY = "null"


def lines(folder: Path) -> Iterator[str]:
    """Every entry as it is stored, read without locking out a daemon that runs on it. Raises Unusable, Temporary.

    A row whose columns are not those of its entry is given out as no entry at all: the search was tampered with.
    """
    path = folder / DATABASE
    if not path.exists():
        raise Unusable(f"there is no database at {path}: name the data folder's configuration, or an export")
    try:
        with closing(reading(path)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'audit'").fetchone():
                raise Unusable(f"{path} has no audit: an older version wrote it; start this one on it once")
            for *columns, body in connection.execute(_ROWS):
                yield body if _copied(body, columns) else _NO_ENTRY
    except sqlite3.Error as error:
        raise translate(error, path) from error


def _copied(body: object, columns: list[object]) -> bool:
    try:
        entry = json.loads(str(body))
        note = entry["note"]
        return columns == [entry["seq"], note["incident_id"], note["kind"], note["key"] or None]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
