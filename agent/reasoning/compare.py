"""Two groups of pods side by side at the same moment: which of them fails?"""

from enum import StrEnum
from math import sqrt

from agent.reasoning.counting import Tally

EVENTS_NEEDED = 20
SIGMA = 3.3
"""Two-proportion z beyond which a difference is taken as real (two-sided, about 1 in 1,000)."""


class Split(StrEnum):
    """Which group fails."""

    FIRST = "only the first"
    BOTH = "both"
    SECOND = "only the second"
    UNCLEAR = "unclear"  # too few events, or the numbers lie between


def compare(first: Tally, second: Tally, baseline: float) -> Split:
    """Compare error ratios; `baseline` is the normal ratio, below three times which a group counts as healthy."""
    if min(first.total, second.total) < EVENTS_NEEDED:
        return Split.UNCLEAR
    if _stands_out(first, second, baseline):
        return Split.FIRST
    if _stands_out(second, first, baseline):
        return Split.SECOND
    low, high = sorted([first.ratio, second.ratio])
    return Split.BOTH if high > 3 * baseline and low >= high / 2 else Split.UNCLEAR


def _stands_out(one: Tally, other: Tally, baseline: float) -> bool:
    """Clearly and at least fourfold above the other, which is near normal or far below."""
    pooled = (one.bad + other.bad) / (one.total + other.total)
    spread = sqrt(pooled * (1 - pooled) * (1 / one.total + 1 / other.total))
    apart = spread > 0 and (one.ratio - other.ratio) / spread > SIGMA
    return apart and one.ratio > 3 * baseline and one.ratio >= 4 * other.ratio
