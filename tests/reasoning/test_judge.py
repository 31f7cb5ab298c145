"""Bayes by hand, and what a verdict needs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.hypothesis import Verdict
from agent.reasoning.judge import (
    CONFIRM,
    FLOOR,
    MARGIN,
    REFUTE,
    confirmed,
    information,
    likelihoods,
    settle,
    update,
)
from agent.reasoning.probes import Reading, probes
from tests.reasoning.builders import PAYMENTS, about, config_change, hypothesis, rollout

PROBES = {probe.name: probe for probe in probes()}
ROLLOUT = rollout()
RELEASE = hypothesis("bad-release", 0.5, change=ROLLOUT.id)
DEPENDENCY = hypothesis("dependency-down", 0.3, service=PAYMENTS)
UNKNOWN = hypothesis("nothing-visible", 0.2)
RIVALS = [RELEASE, DEPENDENCY, UNKNOWN]
OF_ROLLOUT, OF_PAYMENTS, OF_CHECKOUT = about(change=ROLLOUT), about(PAYMENTS), about()


def saw(outcome: str) -> Reading:
    return Reading(outcome=outcome, statement=f"we saw {outcome}", evidence=["E2", "E10"])


def by_cause(hypotheses):
    return {h.cause: h for h in hypotheses}


def after(*readings, start=RIVALS):
    """The hypotheses after (probe, subject, outcome) readings."""
    hypotheses = start
    for name, subject, outcome in readings:
        hypotheses = update(hypotheses, PROBES[name], subject, saw(outcome))
    return hypotheses


ONLY_NEW = ("revision split", OF_ROLLOUT, "only new")
BOTH = ("revision split", OF_ROLLOUT, "both")
EXPLAINS = ("failing edge", OF_PAYMENTS, "explains")
FAILING = ("dependency failing", OF_PAYMENTS, "failing")


def test_a_reading_weighs_by_bayes():
    found = by_cause(after(ONLY_NEW))
    joint = {"bad-release": 0.5 * 0.93, "dependency-down": 0.3 * 0.03, "nothing-visible": 0.2 * 0.04}
    for cause, share in joint.items():
        assert found[cause].probability == pytest.approx(share / sum(joint.values()))


def test_a_reading_is_written_down_with_what_it_did():
    (test,) = by_cause(after(ONLY_NEW))["bad-release"].tests
    assert (test.probe, test.seen, test.statement) == ("revision split", "only new", "we saw only new")
    assert (test.before, test.predicted) == (0.5, 0.93)
    assert test.rivals == pytest.approx((0.3 * 0.03 + 0.2 * 0.04) / 0.5, abs=1e-4)
    assert test.after == pytest.approx(by_cause(after(ONLY_NEW))["bad-release"].probability)
    assert (test.own, test.discriminating) == (True, True)
    assert by_cause(after(ONLY_NEW))["dependency-down"].tests[0].own is False


def test_evidence_is_gathered_once_and_in_the_order_it_was_asked():
    assert after(ONLY_NEW, EXPLAINS)[0].evidence == ["E2", "E10"]


def test_the_strongest_comes_first_and_the_prior_stays():
    found = after(EXPLAINS, FAILING)
    assert found[0].cause == "dependency-down"
    assert by_cause(found)["dependency-down"].prior == 0.3


def test_an_outcome_that_nobody_ruled_out_changes_nothing():
    plain = [hypothesis("nothing-visible", 0.6), hypothesis("resource-exhaustion", 0.4)]
    found = update(plain, PROBES["dependency failing"], OF_PAYMENTS, saw("healthy"))
    assert [h.probability for h in found] == pytest.approx([0.6, 0.4])
    assert not any(test.discriminating for h in found for test in h.tests)


def test_a_test_that_could_not_have_come_out_the_other_way_is_not_discriminating():
    faint = [hypothesis("bad-release", 0.9, change=OF_ROLLOUT.change.id), hypothesis("dependency-down", 0.05, PAYMENTS)]
    rest = hypothesis("nothing-visible", 0.05)
    found = by_cause(after(("dependency failing", OF_PAYMENTS, "healthy"), start=[*faint, rest]))
    assert found["bad-release"].tests[0].discriminating is False  # nobody who counts had ruled it out
    assert found["dependency-down"].tests[0].discriminating is True


def test_a_test_that_clears_one_rival_who_counts_is_discriminating_however_many_others_there_are():
    found = by_cause(after(("dependency failing", OF_PAYMENTS, "healthy")))
    assert found["bad-release"].tests[0].discriminating is True  # 0.94 against 0.08 of a rival at 0.3


def test_own_predictions_hold_for_what_is_blamed_and_others_elsewhere():
    probe = PROBES["dependency failing"]
    assert likelihoods(probe, OF_PAYMENTS, DEPENDENCY)["failing"] == 0.82
    assert likelihoods(probe, OF_PAYMENTS, RELEASE)["failing"] == 0.04
    assert likelihoods(probe, OF_PAYMENTS, UNKNOWN)["failing"] == probe.otherwise["failing"]
    assert likelihoods(PROBES["onset"], OF_ROLLOUT, UNKNOWN) == PROBES["onset"].otherwise


def test_a_release_is_not_judged_by_what_is_true_of_another_release():
    other = about(change=rollout(-1200))
    assert likelihoods(PROBES["onset"], other, RELEASE) == PROBES["onset"].otherwise


@pytest.mark.parametrize("probe", probes(), ids=lambda probe: probe.name)
def test_no_outcome_is_impossible_to_any_cause(probe):
    for suspect in (*RIVALS, hypothesis("config-change", change="c"), hypothesis("resource-exhaustion")):
        for subject in (OF_ROLLOUT, OF_PAYMENTS, OF_CHECKOUT, about(change=config_change())):
            assert min(likelihoods(probe, subject, suspect).values()) >= FLOOR


def test_confirmed_needs_a_discriminating_test_however_likely_it_is():
    sure = [hypothesis("bad-release", 0.97, change=ROLLOUT.id), hypothesis("nothing-visible", 0.03)]
    assert confirmed(settle(sure, 0.99)) is None
    neutral = after(("out of memory", OF_PAYMENTS, "no"), start=sure)
    assert confirmed(settle(neutral, 0.99)) is None
    assert confirmed(settle(after(ONLY_NEW, start=sure), 0.99)).cause == "bad-release"


def test_confirmed_needs_a_margin_over_the_runner_up():
    close = [hypothesis("bad-release", 0.06, change=ROLLOUT.id), hypothesis("dependency-down", 0.94, service=PAYMENTS)]
    found = settle(after(ONLY_NEW, start=close), 0.99)
    assert found[0].cause == "bad-release"
    assert found[0].probability - found[1].probability < MARGIN
    assert found[0].verdict is Verdict.INCONCLUSIVE
    assert found[0].why == "not far enough ahead of its rivals"


def test_a_confirmed_cause_says_which_test_did_it():
    found = settle(after(ONLY_NEW), 0.99)
    assert found[0].verdict is Verdict.CONFIRMED
    assert found[0].why == "revision split: we saw only new"
    assert [h.verdict for h in found].count(Verdict.CONFIRMED) == 1


@pytest.mark.parametrize(
    ("cap", "verdict"),
    [
        (0.99, Verdict.CONFIRMED),
        (CONFIRM, Verdict.CONFIRMED),
        (CONFIRM - 0.01, Verdict.INCONCLUSIVE),
        (0.0, Verdict.INCONCLUSIVE),
    ],
)
def test_coverage_caps_what_may_be_confirmed(cap, verdict):
    assert settle(after(ONLY_NEW), cap)[0].verdict is verdict


def test_a_cap_is_said_to_be_the_reason():
    assert settle(after(ONLY_NEW), 0.5)[0].why == "too little could be seen (confidence capped at 50%)"


def test_probabilities_are_not_touched_by_the_verdict():
    found = after(ONLY_NEW, EXPLAINS)
    assert [h.probability for h in settle(found, 0.5)] == [h.probability for h in found]


def test_nothing_visible_is_never_confirmed():
    rest = [hypothesis("nothing-visible", 0.9), hypothesis("bad-release", 0.1, change=ROLLOUT.id)]
    found = settle(after(BOTH, ("onset", OF_ROLLOUT, "before"), start=rest), 0.99)
    assert found[0].cause == "nothing-visible"
    assert found[0].probability > CONFIRM
    assert any(test.discriminating for test in found[0].tests)
    assert confirmed(found) is None


def test_refuted_needs_a_test_against_it():
    faint = [hypothesis("bad-release", 0.01, change=ROLLOUT.id), hypothesis("dependency-down", 0.99, service=PAYMENTS)]
    assert by_cause(settle(faint, 0.99))["bad-release"].verdict is Verdict.INCONCLUSIVE
    assert by_cause(settle(faint, 0.99))["bad-release"].why == "no test spoke clearly against it"
    tested = by_cause(settle(after(BOTH, start=faint), 0.99))["bad-release"]
    assert tested.verdict is Verdict.REFUTED
    assert tested.why == "revision split: we saw both"


def test_one_test_against_a_strong_suspect_weakens_it_and_does_not_refute():
    strong = [hypothesis("bad-release", 0.9, change=ROLLOUT.id), hypothesis("dependency-down", 0.1, service=PAYMENTS)]
    found = by_cause(settle(after(EXPLAINS, start=strong), 0.99))["bad-release"]
    assert found.probability > REFUTE
    assert (found.verdict, found.why) == (Verdict.INCONCLUSIVE, "weakened, not refuted")


def test_of_several_tests_against_it_its_own_is_told():
    found = by_cause(settle(after(EXPLAINS, FAILING, BOTH), 0.99))["bad-release"]
    assert found.verdict is Verdict.REFUTED
    assert found.why.startswith("revision split")


def test_a_single_hypothesis_is_not_confirmed_for_want_of_rivals():
    alone = [hypothesis("bad-release", 1.0, change=ROLLOUT.id)]
    assert confirmed(settle(after(ONLY_NEW, start=alone), 0.99)) is None


def test_no_hypotheses_settle_to_none():
    assert settle([], 0.99) == []
    assert confirmed([]) is None


READINGS = [
    (probe.name, subject, outcome)
    for probe in probes()
    for subject in (OF_ROLLOUT, OF_PAYMENTS, OF_CHECKOUT)
    for outcome in probe.otherwise
]
readings = st.lists(st.sampled_from(READINGS), min_size=1, max_size=6)


@given(readings)
def test_probabilities_always_sum_to_one(chosen):
    found = after(*chosen)
    assert sum(h.probability for h in found) == pytest.approx(1)
    assert all(0 < h.probability < 1 for h in found)
    assert [h.probability for h in found] == sorted((h.probability for h in found), reverse=True)


@given(readings, st.randoms(use_true_random=False))
def test_the_order_of_tests_does_not_change_what_is_believed(chosen, random):
    shuffled = random.sample(chosen, len(chosen))
    one, other = by_cause(after(*chosen)), by_cause(after(*shuffled))
    for cause, hypothesised in one.items():
        assert hypothesised.probability == pytest.approx(other[cause].probability)


@given(readings, st.floats(0, 1))
def test_at_most_one_is_confirmed_and_only_with_all_it_needs(chosen, cap):
    found = settle(after(*chosen), cap)
    stands = [h for h in found if h.verdict is Verdict.CONFIRMED]
    assert len(stands) <= 1
    for one in stands:
        assert one is found[0]
        assert min(one.probability, cap) >= CONFIRM
        assert one.probability - found[1].probability >= MARGIN
        assert any(test.discriminating and test.predicted > test.rivals for test in one.tests)
        assert one.cause != "nothing-visible"
    for one in found:
        assert one.verdict is not Verdict.REFUTED or any(test.predicted < test.rivals for test in one.tests)


@given(st.sampled_from(READINGS), st.lists(st.floats(0.01, 1), min_size=3, max_size=3))
def test_expected_information_is_never_negative_nor_more_than_there_is_doubt(reading, weights):
    name, subject, _ = reading
    suspects = [h.evolve(probability=w / sum(weights)) for h, w in zip(RIVALS, weights, strict=True)]
    assert 0 <= information(PROBES[name], subject, suspects) <= 1.585 + 1e-9


def test_a_test_all_agree_on_has_no_information():
    plain = [hypothesis("nothing-visible", 0.5), hypothesis("resource-exhaustion", 0.5)]
    assert information(PROBES["revision split"], OF_ROLLOUT, plain) == pytest.approx(0)


def test_the_split_of_revisions_tells_more_of_a_release_than_the_clock_does():
    assert information(PROBES["revision split"], OF_ROLLOUT, RIVALS) > information(PROBES["onset"], OF_ROLLOUT, RIVALS)
