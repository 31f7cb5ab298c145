"""When errors began, on counts made by hand: steps, ramps, recoveries, silence and healthy noise."""

from datetime import UTC, datetime

import numpy as np
import pytest

from agent.reasoning.counting import Counts
from agent.reasoning.onset import FLOOR, find_onset
from tests.reasoning.builders import ANCHOR, ONSET, Load, Notebook, after, profile

STEP = 15
LENGTH = 360  # an hour and a half


def counts(total, bad) -> Counts:
    """Intervals from an hour before the onset: interval 240 is the first after it."""
    times = ONSET.timestamp() - 3600 + STEP * (1 + np.arange(len(total)))
    return Counts(times, {"p": np.asarray(total, dtype=float)}, {"p": np.asarray(bad, dtype=float)})


def steady(rps: float = 20.0, length: int = LENGTH) -> np.ndarray:
    return np.full(length, rps * STEP)


def stepped(*spans: tuple[int, int, float], healthy: float = 0.0) -> np.ndarray:
    """An error ratio for each interval."""
    ratio = np.full(LENGTH, healthy)
    for start, stop, level in spans:
        ratio[start:stop] = level
    return ratio


def seconds_off(onset) -> float:
    return (onset.at - ONSET).total_seconds()


@pytest.mark.parametrize("healthy", [0.0, 0.0005, 0.01])
@pytest.mark.parametrize("level", [0.05, 0.3, 1.0])
def test_a_step_is_found_where_it_is(healthy, level):
    onset = find_onset(counts(steady(), steady() * stepped((240, LENGTH, level), healthy=healthy)))
    assert abs(seconds_off(onset)) <= STEP
    assert onset.baseline == pytest.approx(max(healthy, FLOOR), rel=0.05)
    assert onset.level.ratio == pytest.approx(level, rel=0.02)
    assert onset.uncertain_seconds == STEP


@pytest.mark.parametrize("seed", range(10))
def test_a_noisy_step_is_found_within_two_intervals(seed):
    generator = np.random.default_rng(seed)
    total = generator.poisson(steady())
    bad = generator.binomial(total, stepped((240, LENGTH, 0.08), healthy=0.002))
    assert abs(seconds_off(find_onset(counts(total, bad)))) <= 2 * STEP


def test_a_ramp_is_dated_to_its_rise_and_never_before_it():
    ratio = np.concatenate([np.zeros(240), np.linspace(0, 0.4, 60), np.full(60, 0.4)])
    onset = find_onset(counts(steady(), steady() * ratio))
    assert 0 <= seconds_off(onset) <= 60 * STEP / 3


def test_of_two_excursions_the_later_one_is_the_onset():
    ratio = stepped((120, 140, 0.3), (240, LENGTH, 0.3))
    assert abs(seconds_off(find_onset(counts(steady(), steady() * ratio)))) <= STEP


def test_an_excursion_that_is_over_is_still_dated():
    onset = find_onset(counts(steady(), steady() * stepped((240, 260, 0.3))))
    assert abs(seconds_off(onset)) <= STEP


@pytest.mark.parametrize("total", [np.zeros(LENGTH), np.full(LENGTH, 19 / LENGTH), np.zeros(0)])
def test_without_traffic_there_is_no_onset(total):
    assert find_onset(counts(total, total)) is None


def test_traffic_without_errors_has_no_onset():
    assert find_onset(counts(steady(), np.zeros(LENGTH))) is None


def test_one_bad_event_in_a_quiet_service_is_no_onset():
    bad = np.zeros(LENGTH)
    bad[240] = 1
    assert find_onset(counts(steady(), bad)) is None


def test_a_service_that_always_fails_alike_has_no_onset():
    assert find_onset(counts(steady(), steady() * 0.2)) is None


def test_traffic_that_doubles_at_the_same_error_ratio_is_no_onset():
    total = np.concatenate([np.full(240, 300.0), np.full(120, 600.0)])
    assert find_onset(counts(total, total * 0.01)) is None


def test_traffic_that_stops_and_returns_healthy_is_no_onset():
    total = steady()
    total[200:240] = 0
    assert find_onset(counts(total, total * 0.002)) is None


def test_errors_after_a_silence_are_dated_after_it():
    total = steady()
    total[200:240] = 0
    onset = find_onset(counts(total, total * stepped((240, LENGTH, 0.3))))
    assert -STEP <= seconds_off(onset) <= STEP


def test_a_given_baseline_is_taken_as_normal():
    half = steady(length=40)
    bad = half * np.concatenate([np.zeros(4), np.full(36, 0.1)])
    assert find_onset(counts(half, bad), baseline=0.001).baseline == 0.001
    assert find_onset(counts(half, bad), baseline=0.1) is None


@pytest.mark.parametrize(
    ("rps", "healthy", "tolerated"),
    [(0.2, 0.01, 12), (1, 0.001, 4), (2, 0.005, 8), (5, 0.001, 10), (20, 0.001, 5), (20, 0.02, 3), (200, 0.0002, 3)],
)
def test_healthy_noise_rarely_has_an_onset(rps, healthy, tolerated):
    raised = 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        total = generator.poisson(steady(rps))
        raised += find_onset(counts(total, generator.binomial(total, healthy))) is not None
    assert raised <= tolerated, f"{raised} false onsets in 200 healthy windows of ninety minutes"


@pytest.mark.parametrize(
    ("rps", "healthy", "level", "tolerated"),
    [(0.2, 0.01, 0.3, 6), (1, 0.001, 0.05, 6), (1, 0.01, 0.3, 2), (5, 0.01, 0.05, 3), (20, 0.001, 0.05, 0)],
)
def test_stray_errors_before_a_step_do_not_date_it_back(rps, healthy, level, tolerated):
    early = 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        total = generator.poisson(steady(rps))
        onset = find_onset(counts(total, generator.binomial(total, stepped((240, LENGTH, level), healthy=healthy))))
        early += onset is not None and seconds_off(onset) < -70
    assert early <= tolerated, f"{early} of 200 dated more than 70 s too early"


def test_a_pod_that_comes_or_goes_does_not_move_the_onset():
    loads = [Load("checkout-a", failing=0.3), Load("checkout-b", failing=0.3)]
    notebook = Notebook().counted(loads)
    for position in (0, 1):
        evidence = notebook.evidence[position]
        gone = evidence.answer.series[1]
        cut = gone.evolve(times=gone.times[:200], values=gone.values[:200])
        notebook.evidence[position] = evidence.evolve(
            answer=evidence.answer.evolve(series=[evidence.answer.series[0], cut])
        )
    assert abs(seconds_off(notebook.facts().coarse_onset)) <= STEP


def test_a_counter_that_restarts_is_no_onset():
    notebook = Notebook().counted([Load("checkout-a", healthy=0.002)])
    for position in (0, 1):
        evidence = notebook.evidence[position]
        (one,) = evidence.answer.series
        lost = one.values[200]
        values = [value - lost if place >= 200 else value for place, value in enumerate(one.values)]
        notebook.evidence[position] = evidence.evolve(answer=evidence.answer.evolve(series=[one.evolve(values=values)]))
    facts = notebook.facts()
    assert facts.counts(facts.profile, [e.question for e in notebook.evidence]).tally().total > 100_000
    assert facts.coarse_onset is None


def test_fine_counts_sharpen_the_survey():
    facts = Notebook(profile()).counted([Load("checkout-a", failing=0.3, since=after(7))]).facts()
    assert facts.coarse_onset.uncertain_seconds == 15
    assert facts.onset.uncertain_seconds == 5
    assert after(0) <= facts.onset.at <= after(10)


def test_where_the_fine_counts_are_missing_the_survey_stands():
    notebook = Notebook(profile()).counted([Load("checkout-a", failing=0.3)])
    notebook.evidence = notebook.evidence[:2]
    facts = notebook.facts()
    assert facts.onset == facts.coarse_onset


def test_the_onset_is_an_aware_time_within_the_window():
    onset = find_onset(counts(steady(), steady() * stepped((0, LENGTH, 0.0), (240, LENGTH, 0.5))))
    assert onset.at.tzinfo is UTC
    assert datetime.fromtimestamp(0, UTC) < onset.at < ANCHOR
