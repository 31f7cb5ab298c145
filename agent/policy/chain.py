r"""The hash chain of the audit: how an entry is sealed, and where a chain is broken. Pure; no clock, no store.

    hash(n) = SHA-256( hash(n-1) + "\n" + n + "\n" + text of entry n ),   hash(0) = GENESIS

The text is canonical JSON: ASCII, keys sorted, no blanks (`jq -cSa`). GENESIS is SHA-256 of a sentence,
so that a chain cannot begin anywhere else. docs/audit.md shows how to check it without us.
"""

import hashlib
import json
from collections.abc import Iterable

from agent.model.audit import AuditEntry, Break, SealedEntry
from agent.redact import redact

GENESIS = hashlib.sha256(b"steadyhand audit, version 1").hexdigest()


def canonical(value: object) -> str:
    """The one text of a JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def link(previous: str, seq: int, text: str) -> str:
    """The hash of entry `seq`, whose text this is."""
    return hashlib.sha256(f"{previous}\n{seq}\n{text}".encode(errors="surrogatepass")).hexdigest()


def seal(entry: AuditEntry, after: int = 0, previous: str = GENESIS) -> SealedEntry:
    """The entry as the one after number `after`; whatever looks like a secret is masked before it is hashed."""
    text = canonical(discreet(entry).model_dump(mode="json"))
    seq = after + 1
    return SealedEntry(seq=seq, key=entry.key, previous=previous, hash=link(previous, seq, text), text=text)


def discreet(entry: AuditEntry) -> AuditEntry:
    """The entry without secrets: reasons and details quote texts from outside."""
    return entry.evolve(**{name: redact(getattr(entry, name)) for name in ("who", "what", "why", "result")})


def broken(entries: Iterable[SealedEntry], after: int = 0, previous: str = GENESIS) -> Break | None:
    """The first entry that does not follow from the one before it, beginning after number `after`; None when all do."""
    for seq, entry in enumerate(entries, start=after + 1):
        if entry.seq != seq:
            return Break(seq=seq, reason=f"entry {seq} is missing: where it should be stands {entry.seq}")
        if entry.previous != previous:
            return Break(seq=seq, reason="it does not follow from the entry before it: one of the two was replaced")
        if entry.hash != link(previous, seq, entry.text):
            return Break(seq=seq, reason="its content is not what was hashed: it was changed")
        if entry.key != _key(entry.text):
            return Break(seq=seq, reason="its key is not the one of its content: it was changed")
        previous = entry.hash
    return None


def _key(text: str) -> object:
    try:
        read = json.loads(text)
    except ValueError:
        return None
    return read.get("key") if isinstance(read, dict) else None
