"""Did it help? Never a yes without data."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.entity import ServiceRef
from agent.model.playbook import VerificationPlan
from agent.model.verification import Neighbour, VerificationKind
from agent.policy.recovery import Measured, conclude, poisson_quantile
from tests.reasoning.builders import slo

RECOVERED, NOT, CANNOT = VerificationKind.RECOVERED, VerificationKind.NOT_RECOVERED, VerificationKind.CANNOT_TELL
PLAN = VerificationPlan(window_seconds=300, min_events=50, max_burn=1.0)
SLO = slo(objective=0.999)


def outcome(ratio, events, before=300.0, plan=PLAN, **seen) -> tuple[VerificationKind, str]:
    return conclude(plan, SLO, before, Measured(error_ratio=ratio, events=events, **seen))


@pytest.mark.parametrize(
    ("ratio", "events", "before", "kind"),
    [
        (0.0, 6000, 300, RECOVERED),
        (0.0005, 6000, 300, RECOVERED),
        (0.001, 6000, 300, RECOVERED),  # exactly the budget
        (0.00166, 6000, 300, RECOVERED),  # ten bad of 6000 where six are allowed: chance
        (0.00184, 6000, 300, NOT),  # eleven are not
        (0.30, 6000, 300, NOT),
        (0.05, 6000, 300, NOT),  # better, and still burning
        (0.0, 50, 300, RECOVERED),
        (0.0, 49, 300, CANNOT),
        (0.0, 0, 300, CANNOT),
        (1.0, 10, 300, CANNOT),
    ],
)
def test_recovered_means_the_burn_is_within_the_budget_and_enough_was_seen(ratio, events, before, kind):
    assert outcome(ratio, events, before)[0] is kind


@pytest.mark.parametrize(
    ("ratio", "events"),
    [(None, 6000), (0.0, None), (None, None), (nan, 6000), (nan, 0), (0.0, nan), (0.3, nan), (0.0, inf), (inf, 6000)],
)
def test_without_a_number_nothing_can_be_told(ratio, events):
    assert outcome(ratio, events)[0] is CANNOT


def test_the_reason_of_a_gap_is_told():
    assert outcome(None, None, gap="failed: connection refused")[1] == (
        "the error ratio could not be measured (failed: connection refused)"
    )
    assert outcome(nan, 0)[1] == "the error ratio could not be measured (no traffic)"
    assert outcome(0.0, 12)[1] == "only 12 requests in the window, 50 are needed"


def test_what_is_only_a_part_of_the_requests_never_says_recovered_and_may_say_that_it_did_not():
    kind, told = outcome(0.0, 6000, unseen="store b is down")
    assert (kind, "not all of it: store b is down" in told) == (CANNOT, True)
    assert outcome(0.3, 6000, unseen="store b is down")[0] is NOT


def test_a_chance_error_in_little_traffic_is_still_recovered():
    assert outcome(1 / 60, 60)[0] is RECOVERED
    assert outcome(3 / 60, 60)[0] is NOT


def test_the_burn_must_also_have_fallen():
    """One error in a hundred is within chance of the objective, but it is half of what there was before."""
    assert outcome(0.01, 100, before=300)[0] is RECOVERED
    assert outcome(0.01, 100, before=20)[0] is NOT


def test_without_a_burn_before_the_budget_alone_decides():
    assert outcome(0.0, 6000, before=None)[0] is RECOVERED
    assert outcome(0.3, 6000, before=None)[0] is NOT
    assert "before" not in outcome(0.0, 6000, before=None)[1]


def test_a_target_that_drifted_is_not_our_doing():
    kind, why = outcome(0.0, 6000, drifted="someone else scaled it")
    assert kind is CANNOT
    assert why.endswith("but someone else scaled it, so it may not be our doing")


def test_a_target_that_drifted_and_still_burns_has_not_recovered():
    assert outcome(0.3, 6000, drifted="someone else scaled it")[0] is NOT


def test_the_numbers_are_told():
    assert outcome(0.3, 6000)[1] == "burn 300.0 over 300 s (30.00% of 6000 requests failed), before 300.0"


def test_a_playbook_may_allow_more_burn():
    assert outcome(0.003, 6000, plan=PLAN.evolve(max_burn=1.0))[0] is NOT
    assert outcome(0.003, 6000, plan=PLAN.evolve(max_burn=4.0))[0] is RECOVERED


numbers = st.none() | st.floats(allow_nan=True, allow_infinity=True)


@given(numbers, numbers, st.none() | st.floats(0, 1000), st.sampled_from(["", "it drifted"]))
def test_whatever_is_measured_recovered_needs_events_and_a_ratio(ratio, events, before, drifted):
    kind, why = outcome(ratio, events, before, drifted=drifted)
    assert why
    if kind is RECOVERED:
        assert ratio is not None
        assert events >= PLAN.min_events
        assert not drifted


@given(st.floats(0, 1), st.floats(0, 1), st.floats(50, 1e6), st.floats(1, 1000))
def test_more_errors_never_look_more_recovered(one, other, events, before):
    low, high = sorted([one, other])
    order = [RECOVERED, NOT]
    assert order.index(outcome(low, events, before)[0]) <= order.index(outcome(high, events, before)[0])


@pytest.mark.parametrize(
    ("mean", "certainty", "quantile"),
    [(0, 0.95, 0), (0.05, 0.95, 0), (0.06, 0.95, 1), (1, 0.95, 3), (6, 0.95, 10), (10, 0.95, 15), (10, 0.5, 10), (100, 0.95, 117)],
)  # fmt: skip
def test_a_poisson_quantile_is_that_of_the_tables(mean, certainty, quantile):
    assert poisson_quantile(mean, certainty) == quantile


def test_the_quantile_does_not_jump_where_the_approximation_takes_over():
    assert abs(poisson_quantile(500, 0.95) - poisson_quantile(500.001, 0.95)) <= 1


@given(st.floats(0, 2000), st.floats(0, 2000))
def test_a_larger_mean_never_has_a_smaller_quantile(one, other):
    low, high = sorted([one, other])
    assert poisson_quantile(low, 0.95) <= poisson_quantile(high, 0.95) + 1


def neighbour(before=0.2, after=0.3, events_before=5000.0, events_after=5000.0) -> Neighbour:
    return Neighbour(
        service=ServiceRef(namespace="shop", name="cart"),
        burn_before=before,
        burn_after=after,
        events_before=events_before,
        events_after=events_after,
    )


@pytest.mark.parametrize(
    ("around", "kind"),
    [
        (neighbour(0.2, 0.3), RECOVERED),
        (neighbour(0.2, 0.9), RECOVERED),  # within its budget, however much worse
        (neighbour(0.2, 1.5), NOT),
        (neighbour(0.0, 1.5), NOT),
        (neighbour(8.0, 12.0), RECOVERED),  # it burnt before, and not much worse
        (neighbour(8.0, 16.0), NOT),
        (neighbour(50.0, 2.0), RECOVERED),  # it got better with the rest
        (neighbour(0.2, 30.0, events_after=49), RECOVERED),
        (neighbour(0.2, 30.0, events_before=49), RECOVERED),
        (neighbour(0.2, 30.0, events_before=None), RECOVERED),
        (neighbour(None, 30.0), RECOVERED),  # whether it was so before nobody knows
        (neighbour(0.2, None), RECOVERED),
        (neighbour(0.2, nan), RECOVERED),
        (neighbour(nan, 30.0), RECOVERED),
        (neighbour(0.2, inf), RECOVERED),
    ],
)
def test_what_recovered_at_the_expense_of_a_neighbour_did_not_recover(around, kind):
    seen = Measured(error_ratio=0.0, events=6000)
    found, told = conclude(PLAN, SLO, 300.0, seen, [neighbour(), around])
    assert found is kind
    assert ("collateral: shop/cart" in told) == (kind is NOT)


def counted(bad_before, events_before, bad_after, events_after, objective=0.999) -> Neighbour:
    """A neighbour as its requests were counted."""
    budget = 1 - objective
    around = neighbour(
        bad_before / events_before / budget, bad_after / events_after / budget, events_before, events_after
    )
    return around.evolve(objective=objective)


@pytest.mark.parametrize(
    ("around", "kind"),
    [
        (counted(0, 60, 1, 60), RECOVERED),  # a burn of 17, and one request
        (counted(0, 60, 3, 60), RECOVERED),
        (counted(0, 60, 30, 60), NOT),
        (counted(1, 200, 4, 200), RECOVERED),
        (counted(1, 200, 40, 200), NOT),
        (counted(0, 6000, 12, 6000), RECOVERED),  # six are allowed, twelve may be chance
        (counted(0, 6000, 30, 6000), NOT),
        (counted(60, 6000, 110, 6000), RECOVERED),  # not twice as fast
        (counted(60, 6000, 180, 6000), NOT),
        (counted(0, 10_000_000, 20_000, 10_000_000), NOT),  # a burn of 2, and no chance in so many
        (counted(0, 60, 1, 60, objective=0.9), RECOVERED),
        (counted(0, 60, 30, 60, objective=0.9), NOT),
    ],
)
def test_a_few_errors_of_a_quiet_neighbour_take_nothing_back(around, kind):
    found, _ = conclude(PLAN, SLO, 300.0, Measured(error_ratio=0.0, events=6000), [around])
    assert found is kind


@given(st.integers(0, 50), st.integers(50, 10_000), st.integers(0, 50), st.integers(50, 10_000))
def test_a_neighbour_is_never_blamed_for_what_it_did_before_as_well(bad, events, later, events_after):
    """The same share of bad requests, and up to one more, is no harm whatever the traffic."""
    share = bad / events
    around = counted(bad, events, min(later, int(share * events_after) + 1), events_after)
    found, _ = conclude(PLAN, SLO, 300.0, Measured(error_ratio=0.0, events=6000), [around])
    assert found is RECOVERED


@pytest.mark.parametrize(
    ("ratio", "events", "drifted", "kind"),
    [
        (0.0, 6000, "", NOT),
        (0.3, 6000, "", NOT),
        (None, None, "", NOT),  # the harm is seen, the help is not
        (0.0, 10, "", NOT),
        (0.0, 6000, "web was changed by somebody", CANNOT),  # and maybe the harm is theirs
        (0.3, 6000, "web was changed by somebody", NOT),
    ],
)
def test_harm_to_a_neighbour_outweighs_a_doubt_but_not_somebody_elses_change(ratio, events, drifted, kind):
    seen = Measured(error_ratio=ratio, events=events, drifted=drifted)
    found, told = conclude(PLAN, SLO, 300.0, seen, [neighbour(0.2, 30.0)])
    assert found is kind
    assert "shop/cart burns 30.0 since the action, 0.2 before" in told


@given(
    st.one_of(st.none(), st.floats(0, 1)),
    st.one_of(st.none(), st.floats(0, 1e6)),
    st.lists(st.builds(neighbour, st.floats(0, 99), st.floats(0, 99), st.floats(0, 999), st.floats(0, 999))),
)
def test_neighbours_never_make_a_yes_of_anything_else(ratio, events, around):
    seen = Measured(error_ratio=ratio, events=events)
    alone, _ = conclude(PLAN, SLO, 300.0, seen)
    together, _ = conclude(PLAN, SLO, 300.0, seen, around)
    assert together is alone or together is NOT
