"""Whether a confidence is a probability: scored against what turned out to be true, and corrected by what was learnt.

Called by `steadyhand scorecard` on one's own incidents, by the benchmarks on labelled ones, and by the
judge, which tells people the corrected figure.
"""

from collections.abc import Sequence

import numpy as np

from agent.model.record import Record

BINS = 10
STEPS, RATE, PULL = 2000, 0.1, 1e-3
"""Gradient descent on the log loss: it is convex in two parameters; PULL draws them to (1, 0), no correction."""

EDGE = 1e-4
"""Probabilities are kept this far from 0 and 1 before their log odds are taken."""


class Outcome(Record):
    """A stated confidence, and whether the statement was true."""

    confidence: float
    true: bool


class Bin(Record):
    """Statements of about the same confidence."""

    low: float
    high: float
    count: int
    stated: float  # mean confidence
    true: float  # share that was true


class Scorecard(Record):
    """How well confidences hold: both scores are 0 for perfection.

    `brier` is the mean squared distance between confidence and truth (Brier, 1950); `ece` the mean
    distance between a bin's confidence and its share of truth, weighted by its size (Naeini and
    others, 2015, with ten equal bins).
    """

    count: int
    true: int
    brier: float
    ece: float
    bins: list[Bin]


class Correction(Record):
    """Log odds in, log odds out: `slope` x + `offset` (Platt, 1999)."""

    slope: float = 1.0
    offset: float = 0.0

    def apply(self, confidence: float) -> float:
        """The corrected confidence."""
        return float(1 / (1 + np.exp(-(self.slope * _odds(np.array([confidence]))[0] + self.offset))))


def score(outcomes: Sequence[Outcome]) -> Scorecard | None:
    """Both scores and the reliability table; None without outcomes."""
    if not outcomes:
        return None
    stated, true = _columns(outcomes)
    place = np.minimum((stated * BINS).astype(int), BINS - 1)
    bins = [
        Bin(
            low=number / BINS,
            high=(number + 1) / BINS,
            count=int(inside.sum()),
            stated=float(stated[inside].mean()),
            true=float(true[inside].mean()),
        )
        for number in range(BINS)
        if (inside := place == number).any()
    ]
    return Scorecard(
        count=len(outcomes),
        true=int(true.sum()),
        brier=float(((stated - true) ** 2).mean()),
        ece=sum(one.count * abs(one.stated - one.true) for one in bins) / len(outcomes),
        bins=bins,
    )


def fit(outcomes: Sequence[Outcome]) -> Correction:
    """The correction under which these outcomes are likeliest, drawn a little towards none."""
    if not outcomes:
        return Correction()
    stated, true = _columns(outcomes)
    odds, slope, offset = _odds(stated), 1.0, 0.0
    for _ in range(STEPS):
        wrong = 1 / (1 + np.exp(-(slope * odds + offset))) - true
        slope -= RATE * (float((wrong * odds).mean()) + PULL * (slope - 1))
        offset -= RATE * (float(wrong.mean()) + PULL * offset)
    return Correction(slope=round(max(slope, 0.0), 3), offset=round(offset, 3))


def out_of_fold(groups: Sequence[Sequence[Outcome]]) -> list[Outcome]:
    """Every outcome with the confidence that a correction fitted on the other groups gives it."""
    held = []
    for number, group in enumerate(groups):
        others = [outcome for place, other in enumerate(groups) if place != number for outcome in other]
        correction = fit(others)
        held += [Outcome(confidence=correction.apply(one.confidence), true=one.true) for one in group]
    return held


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson, 1927): honest for few cases and for rates near 0 and 1."""
    if count == 0:
        return 0.0, 1.0
    rate, square = hits / count, z * z / count
    middle = rate + square / 2
    spread = z * ((rate * (1 - rate) + square / 4) / count) ** 0.5
    return max((middle - spread) / (1 + square), 0.0), min((middle + spread) / (1 + square), 1.0)


def _columns(outcomes: Sequence[Outcome]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([o.confidence for o in outcomes]), np.array([float(o.true) for o in outcomes])


def _odds(probabilities: np.ndarray) -> np.ndarray:
    inside = np.clip(probabilities, EDGE, 1 - EDGE)
    odds: np.ndarray = np.log(inside / (1 - inside))
    return odds
