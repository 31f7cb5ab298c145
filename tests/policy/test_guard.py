"""May we? Each rule alone, and that the strictest wins."""

from datetime import timedelta

import pytest

from agent.model.freeze import Freeze
from agent.model.playbook import Autonomy
from agent.model.proposal import PermissionKind
from agent.model.rules import ApproverRule, AutonomyRule, ErrorBudget, Policy
from agent.model.safety import CheckOutcome, SafetyCheck
from agent.model.slo import Severity
from agent.policy.attempt import Hand, Touch
from agent.policy.caps import in_last_hour
from agent.policy.guard import guard, objection
from tests.policy.attempts import FREE, PLAYBOOK, SERVICE, attempt, limited
from tests.reasoning.builders import CHECKOUT, ONSET, PAYMENTS, after, named

ALLOWED, ASK, REFUSED = PermissionKind.ALLOWED, PermissionKind.ASK, PermissionKind.REFUSED
FREEZE = Freeze(start=after(0), end=after(3600), reason="Black Friday")


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


def rules(*given: tuple[dict, Autonomy]) -> list[AutonomyRule]:
    return [AutonomyRule(**scope, autonomy=level) for scope, level in given]


OBSERVE, PROPOSE, ACT = Autonomy
SCOPES = {
    "none that matches": ([({"namespaces": ["billing"]}, OBSERVE)], ALLOWED),
    "one for everything": ([({}, PROPOSE)], ASK),
    "the more specific one widens within the house's": ([({}, PROPOSE), ({"services": [str(SERVICE)]}, ACT)], ALLOWED),
    "the more specific one narrows": ([({}, ACT), ({"actions": ["restart"]}, OBSERVE)], REFUSED),
    "of equally specific ones the narrowest": (
        [({"actions": ["restart"]}, ACT), ({"severities": [Severity.PAGE]}, PROPOSE)],
        ASK,
    ),
    "two conditions are more specific than one": (
        [({"actions": ["restart"]}, PROPOSE), ({"actions": ["restart"], "severities": [Severity.PAGE]}, ACT)],
        ALLOWED,
    ),
    "all conditions must hold": ([({"actions": ["restart"], "severities": [Severity.TICKET]}, OBSERVE)], ALLOWED),
}


@pytest.mark.parametrize("name", SCOPES)
def test_autonomy_goes_by_namespace_service_action_and_severity(name):
    given, kind = SCOPES[name]
    policy = FREE.evolve(autonomy_rules=rules(*given))
    assert guard(attempt(), policy).kind is kind


def test_a_rule_never_widens_what_house_and_playbook_allow():
    policy = Policy(autonomy=PROPOSE, autonomy_rules=rules(({"services": [str(SERVICE)]}, ACT)))
    assert guard(attempt(), policy).kind is ASK
    tried = attempt(playbook=PLAYBOOK.evolve(autonomy=OBSERVE))
    assert guard(tried, policy.evolve(autonomy=ACT)).kind is REFUSED


def test_a_rule_that_hangs_on_something_unknown_counts_where_it_is_narrower():
    policy = FREE.evolve(autonomy_rules=rules(({}, PROPOSE), ({"severities": [Severity.PAGE]}, ACT)))
    assert guard(attempt(), policy).kind is ALLOWED
    assert guard(attempt(severity=None), policy).kind is ASK


def test_the_answer_says_which_line_of_the_policy_it_was():
    policy = FREE.evolve(autonomy_rules=rules(({"actions": ["scale"]}, OBSERVE), ({}, PROPOSE)))
    assert "policy.autonomy_rules[1]" in guard(attempt(), policy).reason


@pytest.mark.parametrize(
    ("burn", "left", "kind"),
    [
        (14.5, 0.19, ALLOWED),
        (14.4, 0.1, ASK),
        (20, 0.2, ASK),
        (20, -0.5, ALLOWED),
        (None, 0.1, ASK),
        (20, None, ASK),
        (float("nan"), 0.1, ASK),
        (20, float("nan"), ASK),
    ],
)
def test_alone_only_when_the_error_budget_is_at_stake(burn, left, kind):
    permission = guard(attempt(burn=burn, budget_left=left), FREE.evolve(error_budget=ErrorBudget()))
    assert (permission.kind, permission.rule) == (kind, "autonomy" if kind is ALLOWED else "error budget")


def test_without_a_policy_for_it_the_error_budget_does_not_matter():
    assert guard(attempt(burn=None, budget_left=None), FREE).kind is ALLOWED


@pytest.mark.parametrize(("age", "kind"), [(0, ALLOWED), (1800, ALLOWED), (1801, ASK), (-1, ASK)])
def test_old_evidence_is_no_reason_to_act_alone(age, kind):
    assert guard(attempt(at=after(10), evidence_at=after(10 - age)), FREE).kind is kind


@pytest.mark.parametrize(
    ("outcomes", "kind"),
    [
        ([CheckOutcome.PASSED], ALLOWED),
        ([CheckOutcome.PASSED, CheckOutcome.UNKNOWN], ASK),
        ([CheckOutcome.UNKNOWN, CheckOutcome.FAILED], REFUSED),
    ],
)
def test_a_rollback_that_is_not_safe_is_not_done(outcomes, kind):
    checks = [SafetyCheck(name="image", outcome=outcome, statement="so it is") for outcome in outcomes]
    assert guard(attempt(checks=checks), FREE).kind is kind


@pytest.mark.parametrize(
    ("percent", "pods", "replicas", "kind"),
    [(None, 3, 3, ALLOWED), (50, 2, 4, ALLOWED), (50, 3, 4, REFUSED), (50, 1, 0, REFUSED), (50, 0, 0, ALLOWED)],
)
def test_a_share_of_the_replicas_and_no_more(percent, pods, replicas, kind):
    policy = FREE.evolve(max_replicas_percent=percent)
    assert guard(attempt(pods, replicas), policy).kind is kind


@pytest.mark.parametrize(
    ("namespaces", "most", "kind"),
    [(["shop"], 1, ALLOWED), (["shop", "billing"], 1, REFUSED), (["shop", "billing"], 2, ALLOWED), ([], 1, ALLOWED)],
)
def test_so_many_namespaces_and_no_more(namespaces, most, kind):
    assert guard(attempt(namespaces=namespaces), FREE.evolve(max_namespaces=most)).kind is kind


TOUCHED = {
    "kubectl a moment ago": (Hand.KUBECTL, 60, "kubectl", ASK),
    "kubectl long ago": (Hand.KUBECTL, 15 * 60, "autonomy", ALLOWED),
    "a change a moment ago": (Hand.CHANGE, 60, "human change", ASK),
    "a change before kubectl's time": (Hand.CHANGE, 29 * 60, "human change", ASK),
    "a change long ago": (Hand.CHANGE, 30 * 60, "autonomy", ALLOWED),
}


@pytest.mark.parametrize("name", TOUCHED)
def test_who_is_at_work_on_the_target_is_asked(name):
    hand, ago, rule, kind = TOUCHED[name]
    permission = guard(attempt(touches=[Touch(hand=hand, what="kim", at=after(60 - ago))]), FREE)
    assert (permission.kind, permission.rule) == (kind, rule)
    off = FREE.evolve(kubectl_minutes=0, recent_change_minutes=0)
    assert guard(attempt(touches=None), off).kind is ALLOWED


OTHERS = {
    "a rollout": ({"rollouts": ["a rollout is under way"]}, "rollout", ASK),
    "a silence": ({"silences": ["kim: on it"]}, "silence", ASK),
    "hands off": ({"hands_off": ["Namespace shop"]}, "hands off", REFUSED),
    "nobody knows of rollouts": ({"rollouts": None}, "rollout", ASK),
    "nobody knows of silences": ({"silences": None}, "silence", ASK),
    "nobody knows of marks": ({"hands_off": None}, "hands off", REFUSED),
    "nobody knows who wrote": ({"touches": None}, "human change", ASK),
    "nobody knows what others do": ({"busy": None}, "lock", REFUSED),
    "nobody counted the actions": ({"acted_here": None}, "attempts", REFUSED),
    "nobody counted the hour's": ({"acted_last_hour": None}, "rate", REFUSED),
    "nobody knows how old it is": ({"evidence_at": None}, "evidence age", ASK),
    "nobody knows which namespaces": ({"namespaces": None}, "namespaces", REFUSED),
    "nobody checked the rollback": ({"checks": None}, "rollback safety", REFUSED),
}


@pytest.mark.parametrize("name", OTHERS)
def test_somebody_else_or_something_unknown_is_in_the_way(name):
    facts, rule, kind = OTHERS[name]
    permission = guard(attempt(**facts), FREE)
    assert (permission.kind, permission.rule) == (kind, rule)


def test_of_silences_it_says_the_oldest_how_many_more_and_why_it_cannot_tell():
    said = [
        guard(attempt(**facts), FREE).reason
        for facts in ({"silences": ["kim: on it", "lou: too"]}, {"silences": None, "silences_problem": "it is down"})
    ]
    assert said == [
        "the alerts are silenced: kim: on it, and 1 more",
        "whether the alerts are silenced is not known: it is down",
    ]


def test_two_people_where_the_policy_wants_two():
    two = ApproverRule(services=[str(SERVICE)], people=2, roles=["sre", "lead"])
    permission = guard(attempt(), FREE.evolve(approvers=[two, ApproverRule(roles=["sre", "dba"])]))
    assert (permission.kind, permission.people, permission.roles) == (ASK, 2, ["sre"])


def test_rules_without_a_common_role_leave_nobody():
    policy = FREE.evolve(approvers=[ApproverRule(roles=["sre"]), ApproverRule(roles=["dba"])])
    assert (guard(attempt(), policy).kind, guard(attempt(), policy).rule) == (REFUSED, "approvers")


def test_without_rules_one_person_in_whatever_role_is_enough():
    permission = guard(attempt(), Policy())
    assert (permission.people, permission.roles) == (1, None)


def test_every_rule_answers_and_the_strictest_is_first():
    permission = guard(attempt(busy=[named(CHECKOUT)], silences=["s"]), FREE)
    assert [a.kind for a in permission.answers] == sorted(
        (a.kind for a in permission.answers), key=[REFUSED, ASK, ALLOWED].index
    )
    assert len({a.rule for a in permission.answers}) == len(permission.answers)
    assert (permission.answers[0].rule, permission.answers[0].reason) == (permission.rule, permission.reason)


TOUCH = Touch(hand=Hand.KUBECTL, what="kubectl-edit wrote to it", at=after(30))
NEWS = {
    "nothing new": ({}, {}, Policy(), True, None),
    "a person approved what the policy would ask about": (
        {"burn": 1.0},
        {"burn": 1.0},
        Policy(error_budget=ErrorBudget()),
        True,
        None,
    ),
    "a person heard of it": ({"touches": [TOUCH]}, {"touches": [TOUCH]}, Policy(), True, None),
    "a person did not hear of it": ({}, {"touches": [TOUCH]}, Policy(), True, "kubectl"),
    "a rollout began": ({}, {"rollouts": ["one began"]}, Policy(), True, "rollout"),
    "somebody marked it": ({}, {"hands_off": ["Namespace shop"]}, Policy(), True, "hands off"),
    "somebody else acts on it": ({}, {"busy": [named(CHECKOUT)]}, Policy(), True, "lock"),
    "a freeze began": ({"at": after(-10)}, {}, Policy(freezes=[FREEZE]), True, "freeze"),
    "the policy decided, the burn fell": (
        {},
        {"burn": 2.0},
        FREE.evolve(error_budget=ErrorBudget()),
        False,
        "error budget",
    ),
    "the policy decided, nothing new": ({}, {}, FREE, False, None),
}


@pytest.mark.parametrize("name", NEWS)
def test_between_decision_and_action(name):
    then, now, policy, by_person, rule = NEWS[name]
    told = objection(guard(attempt(**now), policy), guard(attempt(**then), policy), by_person=by_person)
    assert (told and told.rule) == rule


def test_a_decision_of_an_earlier_version_has_no_answers_to_compare_with():
    earlier = guard(attempt(), Policy()).evolve(answers=[])
    assert objection(guard(attempt(), Policy()), earlier, by_person=True) is None
