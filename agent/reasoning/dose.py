"""Dose and response: do errors go up and down with the share of traffic that a suspect touches?

A release that is half rolled out, or a flag that is on for a tenth of the users, should cause errors in
proportion; what fails for another reason does not care. Only the time after the onset counts: before
it, everything that began at about the same moment goes together.
"""

from enum import StrEnum

import numpy as np

from agent.model.record import Record

ENOUGH = 8
"""Intervals with traffic needed to speak of a course."""

SPREAD = 0.25
"""The share must have moved by so much, or there is no dose to compare."""

FOLLOWS, FLAT = 0.6, 0.25
"""Weighted correlation from which errors follow the dose, and below which they do not."""


class Response(StrEnum):
    """What the errors do."""

    FOLLOWS = "follows"
    FLAT = "flat"
    UNCLEAR = "unclear"


class DoseResponse(Record):
    """Correlation of share and error ratio, weighted by traffic, and the error ratios at a low and a high share."""

    response: Response
    correlation: float
    low_share: float
    high_share: float
    low_ratio: float
    high_ratio: float


def dose_response(share: np.ndarray, bad: np.ndarray, total: np.ndarray) -> DoseResponse | None:
    """From arrays of equal length, one value an interval: share (0 to 1), bad and all events. None without a dose."""
    busy = (total > 0) & np.isfinite(share)
    share, bad, total = share[busy], bad[busy], total[busy]
    if len(share) < ENOUGH:
        return None
    order = np.argsort(share)
    third = max(len(share) // 3, 1)
    low, high = order[:third], order[-third:]
    low_share, high_share = _mean(share, total, low), _mean(share, total, high)
    if high_share - low_share < SPREAD:
        return None
    correlation = _correlation(share, bad / total, total)
    response = Response.FOLLOWS if correlation >= FOLLOWS else Response.FLAT if correlation < FLAT else Response.UNCLEAR
    return DoseResponse(
        response=response,
        correlation=round(correlation, 2),
        low_share=low_share,
        high_share=high_share,
        low_ratio=float(bad[low].sum() / total[low].sum()),
        high_ratio=float(bad[high].sum() / total[high].sum()),
    )


def _mean(share: np.ndarray, total: np.ndarray, places: np.ndarray) -> float:
    return float(np.average(share[places], weights=total[places]))


def _correlation(share: np.ndarray, ratio: np.ndarray, weight: np.ndarray) -> float:
    """Pearson's, weighted by traffic; 0 where either does not move."""
    left, right = share - np.average(share, weights=weight), ratio - np.average(ratio, weights=weight)
    spread = float(np.sqrt(np.average(left**2, weights=weight) * np.average(right**2, weights=weight)))
    return float(np.average(left * right, weights=weight)) / spread if spread > 0 else 0.0
