"""The guards themselves: a renaming is consistent and keeps shapes, thinning drops more the more it is told to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.message import Message
from agent.model.question import Gap, Messages, MessagesQuestion
from agent.model.record import Window
from benchmarks.labelled.guards import Renamed, sample
from benchmarks.labelled.names import Renaming, rewrite
from benchmarks.labelled.thinning import Thinned
from tests.reasoning.builders import ANCHOR, ONSET

NAMES = st.sets(st.from_regex(r"[a-z][a-z0-9-]{1,12}[a-z0-9]", fullmatch=True), min_size=1, max_size=20)


@given(NAMES, st.integers(0, 1000))
def test_a_renaming_is_one_to_one_and_keeps_lengths(names, seed):
    words = Renaming(names, seed).words
    assert len(set(words.values())) == len(words)
    assert all(len(name) == len(word) for name, word in words.items())
    assert not set(words.values()) & names


@given(NAMES, st.integers(0, 1000))
def test_the_same_seed_renames_the_same(names, seed):
    assert Renaming(names, seed).words == Renaming(names, seed).words


def test_whole_names_are_replaced_the_longest_first_and_parts_of_words_are_not():
    renaming = Renaming({"cart", "cart-db"}, 1)
    cart, database = renaming.words["cart"], renaming.words["cart-db"]
    assert renaming.text("cart-db: cart/cart_errors discarted") == f"{database}: {cart}/{cart}_errors discarted"


def test_a_commit_stays_hexadecimal_and_an_answer_is_renamed_as_a_whole():
    renaming = Renaming({"0123abcdef45", "cart"}, 1)
    assert set(renaming.words["0123abcdef45"]) <= set("0123456789abcdef")
    assert renaming.answer({"service": "cart"}) == {"service": renaming.words["cart"]}


def test_files_keep_their_names_and_lose_those_in_them(tmp_path):
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "cart.txt").write_text("cart failed")
    (tmp_path / "case" / "raw.bin").write_bytes(b"\xff\xfe")
    rewrite(tmp_path / "case", tmp_path / "new", renaming := Renaming({"cart"}, 1))
    assert (tmp_path / "new" / "cart.txt").read_text() == f"{renaming.words['cart']} failed"
    assert (tmp_path / "new" / "raw.bin").read_bytes() == b"\xff\xfe"


@pytest.mark.parametrize(("name", "text"), [("a.json", '{"cart": ["x\\ncart"]}'), ("a.ndjson", '{"m": "x\\ncart"}\n')])
def test_a_name_after_an_escaped_line_break_is_replaced_too(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    rewrite(tmp_path / name, tmp_path / "new" / name, Renaming({"cart"}, 1))
    assert "cart" not in (tmp_path / "new" / name).read_text()


class Logs:
    async def ask(self, _question):
        return Messages(items=[Message(service="a", text=f"line {number}") for number in range(200)])


@pytest.mark.parametrize(("share", "least", "most"), [(0.0, 200, 200), (0.5, 110, 190), (1.0, 60, 140)])
async def test_half_of_the_share_of_items_is_dropped(share, least, most):
    question = MessagesQuestion(namespace="shop", window=Window(start=ONSET, end=ANCHOR))
    answers = [await Thinned(Logs(), share, str(seed)).ask(question) for seed in range(24)]
    counts = [len(answer.items) for answer in answers if not isinstance(answer, Gap)]
    assert counts
    assert all(least <= count <= most for count in counts)
    assert (len(counts) == 24) == (share == 0.0), "whole sources go as well"


async def test_what_is_dropped_is_the_same_every_time():
    question = MessagesQuestion(namespace="shop", window=Window(start=ONSET, end=ANCHOR))
    assert await Thinned(Logs(), 0.5, "s").ask(question) == await Thinned(Logs(), 0.5, "s").ask(question)


@pytest.mark.parametrize(("count", "taken"), [(3, ["a", "c", "e"]), (10, list("abcdef")), (1, ["a"])])
def test_a_sample_is_spread_evenly(count, taken):
    assert sample(list("abcdef"), count) == taken


@pytest.mark.parametrize(
    ("expected", "found", "same"),
    [(["a", "b"], ["a", "c"], True), (["a"], ["b"], False), ({"x": 1}, {"x": 2}, False), ([], [], True)],
)
def test_only_the_first_of_a_ranked_answer_must_stay(expected, found, same):
    assert Renamed("case", expected, found).same is same
