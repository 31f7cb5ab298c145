"""Confidence as a probability: the scores, the correction, the interval of a rate."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.reasoning.calibration import Correction, Outcome, fit, out_of_fold, score, wilson

OUTCOMES = st.lists(
    st.builds(Outcome, confidence=st.floats(0, 1, allow_nan=False), true=st.booleans()), min_size=1, max_size=60
)


def stated(confidence: float, *, true: int, false: int) -> list[Outcome]:
    return [Outcome(confidence=confidence, true=number < true) for number in range(true + false)]


def drawn(confidence, shown, count=400, seed=1):
    """Statements that are true as often as `confidence` says, but stated as `shown`."""
    chance = random.Random(seed)
    return [Outcome(confidence=shown, true=chance.random() < confidence) for _ in range(count)]


def test_certain_and_right_scores_nothing():
    card = score(stated(1.0, true=5, false=0))
    assert (card.brier, card.ece) == (0.0, 0.0)


def test_certain_and_wrong_scores_everything():
    card = score(stated(1.0, true=0, false=5))
    assert (card.brier, card.ece) == (1.0, 1.0)


def test_a_confidence_that_comes_true_as_often_as_it_says_has_no_calibration_error():
    card = score(stated(0.8, true=8, false=2))
    assert card.ece == pytest.approx(0.0, abs=1e-9)
    assert card.brier == pytest.approx(0.16)


def test_nothing_stated_has_no_score():
    assert score([]) is None


@given(OUTCOMES)
def test_both_scores_lie_between_0_and_1_and_every_statement_is_in_one_bin(outcomes):
    card = score(outcomes)
    assert 0 <= card.brier <= 1
    assert 0 <= card.ece <= 1
    assert sum(one.count for one in card.bins) == len(outcomes)


def test_overconfidence_is_corrected_downwards():
    outcomes = [*drawn(0.7, 0.95), *drawn(0.3, 0.05, seed=2)]
    corrected = fit(outcomes).apply(0.95)
    assert 0.6 < corrected < 0.8


def test_what_needs_no_correction_gets_about_none():
    outcomes = [*drawn(0.9, 0.9), *drawn(0.5, 0.5, seed=2), *drawn(0.1, 0.1, seed=3)]
    found = fit(outcomes)
    assert found.slope == pytest.approx(1.0, abs=0.2)
    assert found.offset == pytest.approx(0.0, abs=0.2)


@given(OUTCOMES, st.floats(0, 1), st.floats(0, 1))
def test_a_correction_never_turns_the_order_round(outcomes, one, other):
    correction = fit(outcomes)
    low, high = sorted([one, other])
    assert correction.apply(low) <= correction.apply(high) + 1e-12


def test_out_of_fold_a_group_does_not_correct_itself():
    honest, liar = drawn(0.9, 0.9), drawn(0.0, 0.9, seed=2)
    held = out_of_fold([honest, liar])
    assert held[-1].confidence == pytest.approx(fit(honest).apply(0.9))


def test_without_a_fit_nothing_is_changed():
    assert Correction().apply(0.83) == pytest.approx(0.83)
    assert fit([]) == Correction()


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(0, 0, 0.0, 1.0), (10, 10, 0.722, 1.0), (0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763)],
)
def test_the_interval_of_a_rate(hits, count, low, high):
    assert wilson(hits, count) == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))
