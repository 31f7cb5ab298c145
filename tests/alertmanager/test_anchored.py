"""Anchored regular expressions as Go's RE2 reads them; never a wrong answer, and never a long one."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.alertmanager.anchored import matches

AS_RE2 = {
    "the whole value": ("check", "checkout", False),
    "an alternative is anchored as a whole": ("a|checkout", "checkout", True),
    "an alternative does not match inside": ("check|b", "checkout", False),
    "anything": (".*", "", True),
    "nothing": ("", "", True),
    "nothing of something": ("", "a", False),
    "at least one": (".+", "", False),
    "a dot is no line's end": (".*", "a\nb", False),
    "a dot may be told to be one": ("(?s).*", "a\nb", True),
    "no trailing line's end is forgiven": ("a$", "a\n", False),
    "case ignored": ("(?i)CHECK[o]ut", "checkout", True),
    "case ignored in a group only": ("(?i:A)b", "aB", False),
    "case ignored, the flag ends with its group": ("((?i)a)b", "AB", False),
    "a named group": ("(?P<name>x|y)+z", "xyxz", True),
    "counted": ("a{2,3}", "aaaa", False),
    "counted from": ("a{2,}", "aaaa", True),
    "counted to the letter": ("(ab){2}", "abab", True),
    "a brace that counts nothing": ("a{b}", "a{b}", True),
    "a class": ("[a-c^]+", "ab^", True),
    "a class that is negated": ("[^a-c]", "a", False),
    "a bracket in a class": ("[[a]+", "[a", True),
    "a closing bracket first in a class": ("[]a]+", "]a", True),
    "a class by name": ("[[:alpha:]_]+[[:digit:]]", "ab_1", True),
    "digits are ASCII's": (r"\d", "٣", False),
    "an escaped dot": (r"a\.b", "axb", False),
    "an escaped letter beyond ASCII": ("ä+", "ää", True),
    "quoted": (r"\Qa.b\E.", "a.bc", True),
    "lazy is as greedy": ("a*?b", "aab", True),
    "anchors written out": (r"^a$|\Ab\z", "b", True),
}


@pytest.mark.parametrize("name", AS_RE2)
def test_a_value_is_met_as_a_whole(name):
    pattern, text, expected = AS_RE2[name]
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "a)",
        "[a",
        "*",
        "a{3,2}",
        "a{1001}",
        r"\pL",
        r"\bx",
        r"(?=a)",
        r"(?<!a)b",
        r"(a)\1",
        "[[:nope:]]",
        "(?i",
        "(" * 60,
        "(?m)^a$",
        "x" * 3000,
    ],
)
def test_what_is_not_understood_is_said_to_be_so(pattern):
    with pytest.raises(ValueError, match=r"\w"):
        matches(pattern, "aa")


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "((a*)*)*b", "(a?){1000}a{1000}", ".*.*.*.*.*.*b", "(a{1,1000}){1,1000}"]
)
def test_no_pattern_takes_its_time_exponentially(pattern):
    try:
        assert matches(pattern, "a" * 2000) in (True, False)
    except ValueError as error:
        assert "too long" in str(error)  # noqa: PT017 - either is an answer


SMALL = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", ""]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        inner.map(lambda p: f"({p})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(SMALL, st.text("abc\n", max_size=6))
def test_it_agrees_with_pythons_engine_where_both_know_the_pattern(pattern, text):
    assert matches(pattern, text) is (re.fullmatch(pattern, text) is not None)
