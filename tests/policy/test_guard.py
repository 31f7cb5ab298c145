"""May we? Each rule alone, and that the strictest wins."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.action import Preview, Restart, TargetState
from agent.model.playbook import Autonomy, Playbook, PlaybookLimits, PlaybookStep
from agent.model.proposal import PermissionKind
from agent.model.rules import Freeze, Policy
from agent.policy.guard import RULES, Attempt, guard, in_last_hour
from tests.reasoning.builders import CHECKOUT, ONSET, PAYMENTS, after, named

ALLOWED, ASK, REFUSED = PermissionKind.ALLOWED, PermissionKind.ASK, PermissionKind.REFUSED
STRICTNESS = [ALLOWED, ASK, REFUSED]
PLAYBOOK = Playbook(
    name="restart", title="t", treats=["x"], steps=[PlaybookStep(action="restart")], autonomy=Autonomy.ACT
)
FREE = Policy(autonomy=Autonomy.ACT)
FREEZE = Freeze(start=after(0), end=after(3600), reason="Black Friday")


def attempt(pods: int = 3, **changes) -> Attempt:
    before = TargetState(entity=named(CHECKOUT), uid="u", generation=1, spec_hash="h", replicas=3)
    whole = Attempt(
        action=Restart(target=named(CHECKOUT)),
        playbook=PLAYBOOK,
        preview=Preview(before=before, after_spec_hash="i", diff="", pods=pods),
        at=after(60),
    )
    return whole.evolve(**changes)


def limited(pods: int) -> Playbook:
    return PLAYBOOK.evolve(limits=PlaybookLimits(max_pods=pods))


@pytest.mark.parametrize("house", Autonomy)
@pytest.mark.parametrize("namespace", [None, *Autonomy])
@pytest.mark.parametrize("runbook", Autonomy)
def test_the_narrowest_autonomy_decides(house, namespace, runbook):
    policy = Policy(autonomy=house, namespaces={"shop": namespace} if namespace else {})
    given_ones = [house, runbook, *([namespace] if namespace else [])]
    expected = {Autonomy.OBSERVE: REFUSED, Autonomy.PROPOSE: ASK, Autonomy.ACT: ALLOWED}
    narrowest = min(given_ones, key=list(Autonomy).index)
    permission = guard(attempt(playbook=PLAYBOOK.evolve(autonomy=runbook)), policy)
    assert (permission.kind, permission.rule) == (expected[narrowest], "autonomy")


def test_another_namespaces_autonomy_does_not_matter():
    policy = FREE.evolve(namespaces={"billing": Autonomy.OBSERVE})
    assert guard(attempt(), policy).kind is ALLOWED


def test_out_of_the_box_a_person_is_asked():
    assert guard(attempt(), Policy()).kind is ASK


@pytest.mark.parametrize(
    ("seconds", "frozen"), [(-1, False), (0, True), (1800, True), (3599, True), (3600, False), (7200, False)]
)
def test_nothing_is_done_within_a_freeze(seconds, frozen):
    permission = guard(attempt(at=after(seconds)), FREE.evolve(freezes=[FREEZE]))
    assert (permission.kind is REFUSED) is frozen
    if frozen:
        assert (permission.rule, permission.reason) == ("freeze", "frozen until 2026-11-12 15:00 UTC: Black Friday")


def test_every_freeze_counts():
    earlier = Freeze(start=after(-7200), end=after(-3600), reason="over")
    assert guard(attempt(), FREE.evolve(freezes=[earlier, FREEZE])).rule == "freeze"


@pytest.mark.parametrize(
    ("pods", "house", "runbook", "kind"),
    [(10, 10, 50, ALLOWED), (11, 10, 50, REFUSED), (10, 50, 10, ALLOWED), (11, 50, 10, REFUSED), (0, 1, 1, ALLOWED)],
)
def test_the_smaller_cap_on_pods_holds(pods, house, runbook, kind):
    permission = guard(attempt(pods, playbook=limited(runbook)), FREE.evolve(max_pods=house))
    assert permission.kind is kind
    if kind is REFUSED:
        assert (permission.rule, permission.reason) == (
            "blast radius",
            "11 pods would be touched, at most 10 may be",
        )


@pytest.mark.parametrize(
    ("taken", "most", "kind"), [(0, 2, ALLOWED), (1, 2, ALLOWED), (2, 2, REFUSED), (0, 0, REFUSED)]
)
def test_an_incident_has_so_many_actions_and_no_more(taken, most, kind):
    permission = guard(attempt(acted_here=taken), FREE.evolve(max_actions_per_incident=most))
    assert permission.kind is kind
    assert permission.rule == ("attempts" if kind is REFUSED else "autonomy")


@pytest.mark.parametrize(
    ("taken", "most", "kind"), [(0, 6, ALLOWED), (5, 6, ALLOWED), (6, 6, REFUSED), (9, 6, REFUSED)]
)
def test_an_hour_has_so_many_actions_and_no_more(taken, most, kind):
    permission = guard(attempt(acted_last_hour=taken), FREE.evolve(max_actions_per_hour=most))
    assert permission.kind is kind
    assert permission.rule == ("rate" if kind is REFUSED else "autonomy")


def test_two_incidents_do_not_work_on_one_target():
    assert guard(attempt(busy=[named(CHECKOUT)]), FREE).rule == "lock"
    assert guard(attempt(busy=[named(PAYMENTS)]), FREE).kind is ALLOWED


@pytest.mark.parametrize("minutes", [0, 30, 59])
def test_an_action_within_the_hour_counts(minutes):
    assert in_last_hour([ONSET - timedelta(minutes=minutes)], ONSET) == 1


@pytest.mark.parametrize("minutes", [60, 61, 600, -1])
def test_an_action_outside_the_hour_does_not_count(minutes):
    assert in_last_hour([ONSET - timedelta(minutes=minutes)], ONSET) == 0


policies = st.builds(
    Policy,
    autonomy=st.sampled_from(Autonomy),
    namespaces=st.dictionaries(st.sampled_from(["shop", "billing"]), st.sampled_from(Autonomy)),
    max_actions_per_incident=st.integers(0, 3),
    max_actions_per_hour=st.integers(0, 3),
    max_pods=st.integers(1, 5),
    freezes=st.lists(st.just(FREEZE), max_size=1),
)
attempts = st.builds(
    attempt,
    pods=st.integers(0, 6),
    acted_here=st.integers(0, 3),
    acted_last_hour=st.integers(0, 3),
    busy=st.lists(st.sampled_from([named(CHECKOUT), named(PAYMENTS)]), max_size=2),
    at=st.integers(-3600, 7200).map(after),
)


@given(attempts, policies, st.permutations(RULES))
def test_the_strictest_rule_wins_in_whatever_order_they_are_asked(tried, policy, order):
    answers = [answer.kind for rule in order if (answer := rule(tried, policy))]
    assert guard(tried, policy).kind is max(answers, key=STRICTNESS.index)


@given(attempts, policies)
def test_a_freeze_is_never_crossed(tried, policy):
    frozen = tried.evolve(at=after(60))
    assert guard(frozen, policy.evolve(freezes=[FREEZE])).kind is REFUSED


@given(attempts, policies)
def test_one_more_action_or_pod_never_makes_it_easier(tried, policy):
    now = STRICTNESS.index(guard(tried, policy).kind)
    harder = tried.evolve(acted_here=tried.acted_here + 1, acted_last_hour=tried.acted_last_hour + 1)
    assert STRICTNESS.index(guard(harder, policy).kind) >= now


@given(attempts, policies)
def test_the_answer_always_names_its_rule_and_a_reason(tried, policy):
    permission = guard(tried, policy)
    assert permission.rule in {rule.__name__.replace("_", " ") for rule in RULES}
    assert permission.reason
