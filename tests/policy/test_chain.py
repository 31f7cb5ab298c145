"""The audit's chain: whatever is done to it shows, at the first place where it was done."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.audit import AuditKind, AuditNote
from agent.policy.chain import EMPTY, GENESIS, Head, canonical, check, hash_of, linked

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def chain(length: int = 5) -> list[str]:
    head, lines = EMPTY, []
    for number in range(length):
        note = AuditNote(kind=AuditKind.ACTION, who="steadyhand", what=f"restart {number} „Zürich“", evidence=["E1"])
        entry = linked(note, head, NOW + timedelta(seconds=number))
        head = Head(seq=entry.seq, hash=entry.hash)
        lines.append(canonical(entry.model_dump(mode="json")))
    return lines


def changed(line: str, **fields: object) -> str:
    return canonical({**json.loads(line), **fields})


def head_of(line: str) -> Head:
    entry = json.loads(line)
    return Head(seq=entry["seq"], hash=entry["hash"])


def test_an_untouched_chain_holds_and_says_its_head():
    lines = chain()
    found = check(lines)
    assert (found.broken, found.first, found.head) == ("", 1, head_of(lines[-1]))


def test_no_entries_are_a_chain_too():
    assert (check([]).broken, check([]).head) == ("", EMPTY)


def test_the_first_entry_follows_what_is_documented():
    assert json.loads(chain(1)[0])["previous"] == GENESIS


@pytest.mark.parametrize("spaced", [{"indent": 1}, {"sort_keys": False}])
def test_how_the_json_is_laid_out_does_not_matter(spaced):
    assert check([json.dumps(json.loads(line), **spaced) for line in chain()]).broken == ""


def rewritten(lines: list[str]) -> list[str]:
    """One entry with another text and the hash that fits it."""
    entry = json.loads(lines[2])
    entry["note"]["who"] = "somebody else"
    entry["hash"] = hash_of(entry)
    return [*lines[:2], canonical(entry), *lines[3:]]


TAMPERINGS = {
    "changed text": (lambda x: [*x[:2], x[2].replace("restart", "scale"), *x[3:]], "entry 3: its content"),
    "changed time": (lambda x: [*x[:2], changed(x[2], at="2020-01-01T00:00:00Z"), *x[3:]], "entry 3: its content"),
    "one more field": (lambda x: [*x[:2], changed(x[2], more=1), *x[3:]], "entry 3: its content"),
    "rewritten with its hash": (rewritten, "entry 4: it does not follow"),
    "left out": (lambda x: [*x[:2], *x[3:]], "entry 3: it is missing"),
    "left out at the start": (lambda x: x[1:], None),
    "twice": (lambda x: [*x[:3], x[2], *x[3:]], "entry 4: it is missing"),
    "swapped": (lambda x: [x[0], x[2], x[1], *x[3:]], "entry 2: it is missing"),
    "renumbered": (lambda x: [*x[:2], *(changed(e, seq=json.loads(e)["seq"] - 1) for e in x[3:])], "entry 3: it does"),
    "not JSON": (lambda x: [*x[:2], "{", *x[3:]], "after entry 2: line 3"),
    "another kind of JSON": (lambda x: [*x[:2], "[]", *x[3:]], "after entry 2: line 3"),
    "a number for a hash": (lambda x: [*x[:2], changed(x[2], hash=7), *x[3:]], "after entry 2: line 3"),
    "deep nonsense": (lambda x: [*x[:2], "[" * 100_000, *x[3:]], "after entry 2: line 3"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_where_it_was_done(name):
    tamper, where = TAMPERINGS[name]
    found = check(tamper(chain()))
    if where is None:
        assert (found.broken, found.first) == ("", 2), "an export may begin anywhere, and says so"
    else:
        assert found.broken.startswith(where)


def test_a_tail_that_was_cut_off_is_found_by_a_head_kept_elsewhere():
    lines = chain()
    kept = head_of(lines[-1])
    assert check(lines[:-1]).broken == ""
    assert "is not part of this chain" in check(lines[:-1], kept).broken
    assert check(lines, kept).broken == ""
    assert check(lines, head_of(lines[1])).broken == ""


def test_a_chain_that_was_forged_anew_is_found_by_a_head_kept_elsewhere():
    kept, forged, head = head_of(chain()[-1]), [], EMPTY
    for line in chain():
        entry = linked(AuditNote.model_validate({**json.loads(line)["note"], "who": "somebody"}), head, NOW)
        head = Head(seq=entry.seq, hash=entry.hash)
        forged.append(canonical(entry.model_dump(mode="json")))
    assert check(forged).broken == ""
    assert "was cut or rewritten" in check(forged, kept).broken


@given(st.integers(0, 4), st.integers(0, 10_000), st.characters(codec="utf-8"))
def test_no_single_character_can_be_changed_unseen(number, place, mark):
    lines = chain()
    at = place % len(lines[number])
    touched = lines[number][:at] + mark + lines[number][at + 1 :]
    try:
        same = json.loads(touched) == json.loads(lines[number])
    except ValueError:
        same = False
    found = check([*lines[:number], touched, *lines[number + 1 :]], head_of(lines[-1]))
    assert (found.broken == "") == same
