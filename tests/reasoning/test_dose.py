"""Dose and response on made series, and the probe on counters of pods that take over slowly."""

import numpy as np
import pytest

from agent.reasoning.dose import Response, dose_response

TOTAL = np.full(20, 100.0)
RISING = np.linspace(0.1, 1.0, 20)


def found(share, ratio, total=TOTAL):
    return dose_response(share, ratio * total, total)


def test_errors_in_proportion_to_the_share_follow():
    seen = found(RISING, 0.3 * RISING)
    assert seen.response is Response.FOLLOWS
    assert seen.low_ratio < seen.high_ratio


@pytest.mark.parametrize("level", [0.0, 0.3])
def test_errors_that_stay_are_flat(level):
    assert found(RISING, np.full(20, level)).response is Response.FLAT


def test_errors_that_fall_while_the_share_rises_are_flat():
    assert found(RISING, 0.3 * (1 - RISING)).response is Response.FLAT


def test_noise_around_a_level_does_not_follow():
    noise = np.random.default_rng(3).binomial(100, 0.3, 20) / 100
    assert found(RISING, noise).response is not Response.FOLLOWS


@pytest.mark.parametrize(
    ("share", "total"),
    [
        (np.full(20, 0.5), TOTAL),
        (RISING[:5], TOTAL[:5]),
        (RISING, np.zeros(20)),
        (np.full(20, np.nan), TOTAL),
    ],
    ids=["the share stays", "too few intervals", "no traffic", "nobody knows the share"],
)
def test_without_a_dose_nothing_is_said(share, total):
    assert found(share, 0.3 * np.ones(len(share)), total) is None
