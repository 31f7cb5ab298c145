"""The hash chain: whatever is done to a stored audit, the first entry that does not hold is named."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from agent.model.audit import AuditEntry, AuditKind, SealedEntry
from agent.policy.chain import GENESIS, broken, link, seal

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def chain(length: int) -> list[SealedEntry]:
    sealed: list[SealedEntry] = []
    for number in range(length):
        entry = AuditEntry(key=f"k{number}", kind=AuditKind.EFFECT, at=NOW, who="ana ✓", what=f"scaled to {number}")
        sealed.append(seal(entry, sealed[-1].seq, sealed[-1].hash) if sealed else seal(entry))
    return sealed


def rehashed(entry: SealedEntry) -> SealedEntry:
    return entry.evolve(hash=link(entry.previous, entry.seq, entry.text))


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_chain_that_was_left_alone_holds(length):
    assert broken(chain(length)) is None


def test_the_second_half_holds_from_where_the_first_ended():
    whole = chain(6)
    assert broken(whole[3:], whole[2].seq, whole[2].hash) is None
    assert all(later.previous == earlier.hash for earlier, later in pairwise(whole))


TAMPERED = {
    "content changed": (lambda c: [c[0], c[1].evolve(text=c[1].text.replace("ana", "bob")), *c[2:]], 2, "changed"),
    "content changed and hashed anew": (
        lambda c: [c[0], rehashed(c[1].evolve(text=c[1].text.replace("ana", "bob"))), *c[2:]],
        3,
        "replaced",
    ),
    "entry removed": (lambda c: [c[0], *c[2:]], 2, "missing"),
    "entry removed and numbers closed": (lambda c: [c[0], c[2].evolve(seq=2), c[3].evolve(seq=3)], 2, "replaced"),
    "first entry removed": (lambda c: c[1:], 1, "missing"),
    "two swapped": (lambda c: [c[1], c[0], *c[2:]], 1, "missing"),
    "one told twice": (lambda c: [c[0], c[0], *c[1:]], 2, "missing"),
    "begun anywhere else": (lambda c: [rehashed(c[0].evolve(previous="0" * 64)), *c[1:]], 1, "replaced"),
    "key changed": (lambda c: [c[0].evolve(key="other"), *c[1:]], 1, "key"),
    "text that is no JSON": (lambda c: [rehashed(c[0].evolve(text="{")), *c[1:]], 1, "key"),
}


@pytest.mark.parametrize(("tamper", "seq", "reason"), TAMPERED.values(), ids=TAMPERED.keys())
def test_tampering_is_found_at_its_first_entry(tamper, seq, reason):
    found = broken(tamper(chain(4)))
    assert found
    assert found.seq == seq
    assert reason in found.reason


def test_every_single_changed_character_is_found():
    whole = chain(3)
    text = whole[1].text
    for place in range(len(text)):
        other = "x" if text[place] != "x" else "y"
        changed = whole[1].evolve(text=text[:place] + other + text[place + 1 :])
        assert broken([whole[0], changed, whole[2]])


def test_the_genesis_is_the_documented_one():
    assert GENESIS in (Path(__file__).parents[2] / "docs" / "audit.md").read_text()
