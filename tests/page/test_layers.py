from hypothesis import given
from hypothesis import strategies as st

from agent.cli.page.layers import layers, path
from agent.model.picture import Link


def calls(*pairs: str) -> list[Link]:
    """ "ab" is: a calls b."""
    return [Link(caller=pair[0], callee=pair[1], known_by="a test") for pair in pairs]


def test_callers_stand_left_of_whom_they_call():
    assert layers(calls("ab", "bc", "ad")) == [["a"], ["b", "d"], ["c"]]


def test_a_circle_has_a_beginning_and_the_service_is_it():
    assert layers(calls("ab", "bc", "ca"), start="b") == [["b"], ["c"], ["a"]]


def test_a_circle_that_nobody_leads_to_is_not_forgotten():
    assert layers(calls("ab", "cd", "dc")) == [["a", "c"], ["b", "d"]]


def test_a_service_that_calls_itself_has_one_place():
    assert layers(calls("aa", "ab")) == [["a"], ["b"]]


def test_neighbours_stand_near_their_callers():
    assert layers(calls("ab", "ac", "ce", "bd"))[2] == ["d", "e"]


def test_no_calls_are_no_layers():
    assert layers([]) == []


@given(st.lists(st.text("abcdefg", min_size=2, max_size=2), max_size=20))
def test_every_service_has_exactly_one_place(pairs):
    placed = [name for row in layers(calls(*pairs)) for name in row]
    assert sorted(placed) == sorted({letter for pair in pairs for letter in pair})


def test_the_shortest_way_leads_along_calls():
    assert path(calls("ab", "bc", "ad", "dc", "ae", "ec"), "a", "c") in ({("a", "b"), ("b", "c")}, {("a", "d"), ("d", "c")}, {("a", "e"), ("e", "c")})  # fmt: skip
    assert path(calls("ab"), "b", "a") == set()
    assert path(calls("ab"), "a", "a") == set()
