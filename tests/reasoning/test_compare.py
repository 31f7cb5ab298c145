"""Two groups side by side: which of them fails?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.reasoning.compare import EVENTS_NEEDED, Split, compare
from agent.reasoning.counting import Tally

BASELINE = 0.001
OPPOSITE = {Split.FIRST: Split.SECOND, Split.SECOND: Split.FIRST, Split.BOTH: Split.BOTH, Split.UNCLEAR: Split.UNCLEAR}


def of(total: float, ratio: float) -> Tally:
    return Tally(total=total, bad=total * ratio)


@pytest.mark.parametrize(
    ("first", "second", "baseline", "split"),
    [
        (of(1000, 0.30), of(1000, 0.001), BASELINE, Split.FIRST),
        (of(1000, 0.001), of(1000, 0.30), BASELINE, Split.SECOND),
        (of(1000, 0.30), of(1000, 0.31), BASELINE, Split.BOTH),
        (of(100, 1.0), of(100, 1.0), BASELINE, Split.BOTH),
        (of(100, 1.0), of(100, 0.0), BASELINE, Split.FIRST),
        (of(1000, 0.0), of(1000, 0.0), BASELINE, Split.UNCLEAR),  # neither fails
        (of(1000, 0.002), of(1000, 0.0), BASELINE, Split.UNCLEAR),  # two bad events
        (of(1000, 0.30), of(1000, 0.12), BASELINE, Split.UNCLEAR),  # between a half and a quarter
        (of(1000, 0.04), of(1000, 0.02), 0.02, Split.UNCLEAR),  # both near what is normal there
        (of(1000, 0.30), of(19, 0.0), BASELINE, Split.UNCLEAR),  # too few on one side
        (of(0, 0), of(0, 0), BASELINE, Split.UNCLEAR),
        (of(20, 0.25), of(20, 0.0), BASELINE, Split.UNCLEAR),  # five of twenty may be chance
        (of(20, 0.80), of(20, 0.0), BASELINE, Split.FIRST),
        (of(50_000, 0.30), of(40, 0.0), BASELINE, Split.FIRST),  # a canary the other way round
    ],
)
def test_a_difference_counts_when_it_is_large_and_no_chance(first, second, baseline, split):
    assert compare(first, second, baseline) is split


tallies = st.builds(of, st.floats(0, 1e6), st.floats(0, 1))


@given(tallies, tallies, st.floats(1e-4, 0.2))
def test_changing_sides_changes_the_answer_to_its_opposite(first, second, baseline):
    assert compare(second, first, baseline) is OPPOSITE[compare(first, second, baseline)]


@given(st.floats(EVENTS_NEEDED, 1e6), st.floats(0, 1), st.floats(1e-4, 0.2))
def test_two_equal_groups_never_stand_out(total, ratio, baseline):
    assert compare(of(total, ratio), of(total, ratio), baseline) in (Split.BOTH, Split.UNCLEAR)


@given(tallies, st.floats(0, EVENTS_NEEDED - 1), st.floats(0, 1))
def test_too_few_events_on_either_side_are_unclear(first, total, ratio):
    assert compare(first, of(total, ratio), BASELINE) is Split.UNCLEAR
