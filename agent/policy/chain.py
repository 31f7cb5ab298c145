"""The chain of the audit: each entry's hash covers the hash before it, so that nothing can be changed, left out or moved unseen.

hash = SHA-256 of the canonical JSON (keys sorted, no blanks, all but ASCII escaped) of the entry without its `hash`; `previous`
is part of that. Checked on plain JSON, not on records: an entry that an older or newer version wrote is
checked as it was written. Who can rewrite the whole file can also forge the whole chain: only an earlier head
(`SEQ:HASH`) that is kept elsewhere, in an export or the daemon's log, tells that, and a tail that was cut off.
Called by the store when it appends, and by `steadyhand audit verify`.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from agent.model.audit import AuditEntry, AuditNote
from agent.model.record import Record

GENESIS = hashlib.sha256(b"steadyhand audit, first entry").hexdigest()
"""What the first entry names as the hash before it."""


class Head(Record):
    """The newest entry of a chain: what to keep elsewhere."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


EMPTY = Head(seq=0, hash=GENESIS)


class Checked(Record):
    """What came of checking a chain; `broken` is empty, or says which entry is the first that is wrong, and how."""

    first: int  # number of the first entry that was there; 0: none
    head: Head
    broken: str = ""


def canonical(value: object) -> str:
    """The one way to write this value as JSON; ASCII, so that nothing in it steers a terminal or ends a line."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def linked(note: AuditNote, head: Head, at: datetime) -> AuditEntry:
    """The next entry of a chain."""
    entry = AuditEntry(seq=head.seq + 1, at=at, note=note, previous=head.hash, hash="")
    return entry.evolve(hash=hash_of(entry.model_dump(mode="json")))


def hash_of(entry: dict[str, Any]) -> str:
    """The hash an entry must have."""
    rest = {name: value for name, value in entry.items() if name != "hash"}
    return hashlib.sha256(canonical(rest).encode("ascii")).hexdigest()


def check(lines: Iterable[str], kept: Head | None = None) -> Checked:
    """Follow a chain of entries, each one line of JSON, up to the first that is wrong.

    It may begin in the middle (an export of the last days): then its first `previous` is taken on trust. `kept`
    is an earlier head that must be part of it.
    """
    first, head, found = 0, EMPTY, kept is None or kept == EMPTY
    for number, line in enumerate(lines, start=1):
        entry = _read(line)
        if entry is None:
            return Checked(first=first, head=head, broken=f"after entry {head.seq}: line {number} is no entry")
        if not first:
            first = entry["seq"]
            head = EMPTY if first == 1 else Head(seq=first - 1, hash=entry["previous"])
        if wrong := _wrong(entry, head):
            return Checked(first=first, head=head, broken=f"entry {head.seq + 1}: {wrong}")
        head = Head(seq=entry["seq"], hash=entry["hash"])
        found = found or head == kept
    missing = "" if found else f"entry {kept} was the head once, and is not part of this chain: it was cut or rewritten"
    return Checked(first=first, head=head, broken=missing)


def _wrong(entry: dict[str, Any], head: Head) -> str:
    """What is wrong with an entry that should follow this head; empty when nothing is."""
    if entry["seq"] != head.seq + 1:
        return f"it is missing, the next one found is {entry['seq']}"
    if entry["previous"] != head.hash:
        return "it does not follow the entry before it: that one was changed, or this one was put here"
    if entry["hash"] != hash_of(entry):
        return "its content is not what was written"
    return ""


def _read(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict) or not isinstance(entry.get("seq"), int):
        return None
    texts = all(isinstance(entry.get(name), str) for name in ("hash", "previous"))
    return entry if texts else None
