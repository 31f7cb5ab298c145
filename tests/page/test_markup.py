import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cli.page.markup import Markup, anchor, cite, join, pre, prose, spaced, table, tag
from tests.page.reading import Reading


@given(st.text())
def test_no_text_can_become_an_element_nor_leave_its_attribute(text):
    reading = Reading.of(tag("p", text, title=text, data_x=text))
    assert reading.outline == ["p"]
    assert set(reading.elements[0].attributes) == {"title", "data-x"}


@pytest.mark.parametrize(
    ("made", "html"),
    [
        (tag("br"), "<br>"),
        (tag("p", "a", None, [tag("b", "c"), " d"], class_="x"), '<p class="x">a<b>c</b> d</p>'),
        (tag("rect", x=1.0, y=2, rx=None), '<rect x="1" y="2"></rect>'),
        (tag("p", Markup("<b>")), "<p><b></p>"),
        (join("a ", "&"), "a &amp;"),
        (spaced("a", None, "", "b"), "a b"),
    ],
)
def test_elements_are_written(made, html):
    assert made == html


def test_a_sentence_leads_to_the_evidence_that_is_there_and_to_no_other():
    made = prose("it fails [E9, E10]; see E9x", {"E9"})
    assert made == 'it fails [<a href="#evidence-E9" class="cite">E9</a>, E10]; see E9x'


def test_no_evidence_is_no_citation():
    assert cite([], {"E9"}) == ""


def test_an_anchor_holds_nothing_that_needs_escaping():
    assert anchor('E9"><x') == "evidence-E9---x"


def test_lines_keep_their_blanks():
    assert pre([("added", "+  <a>")]) == '<pre><span class="added">+  &lt;a&gt;</span>\n</pre>'


def test_a_row_without_a_cell_for_every_title_is_our_mistake():
    with pytest.raises(ValueError, match="shorter"):
        table(["a", "b"], [["only one"]])
