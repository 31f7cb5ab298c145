"""Where which playbooks could ever be carried out, by the policy alone."""

import pytest

from agent.model.playbook import Autonomy, Playbook, PlaybookStep
from agent.model.rules import AutonomyRule, Policy
from agent.policy.reach import named, reach


def playbook(name: str, action: str, autonomy: Autonomy = Autonomy.ACT) -> Playbook:
    return Playbook(name=name, title=name, treats=["x"], steps=[PlaybookStep(action=action)], autonomy=autonomy)


RESTART, CORDON = playbook("restart", "restart"), playbook("cordon", "cordon")
LOOK = AutonomyRule(autonomy=Autonomy.OBSERVE)


def rule(autonomy: str = "propose", **scope) -> AutonomyRule:
    return AutonomyRule(autonomy=Autonomy(autonomy), **scope)


@pytest.mark.parametrize(
    ("policy", "there"),
    [
        (Policy(), {"a": ["restart", "cordon"], "b": ["restart", "cordon"]}),
        (Policy(autonomy=Autonomy.OBSERVE), {}),
        (Policy(namespaces={"a": Autonomy.OBSERVE}), {"b": ["restart", "cordon"]}),
        (Policy(autonomy_rules=[LOOK]), {}),
        (Policy(autonomy_rules=[LOOK, rule(namespaces=["a"])]), {"a": ["restart"]}),
        (Policy(autonomy_rules=[LOOK, rule(actions=["cordon"])]), {"a": ["cordon"], "b": ["cordon"]}),
        (Policy(autonomy_rules=[LOOK, rule(actions=["restart"], namespaces=["b"])]), {"b": ["restart"]}),
        (Policy(autonomy_rules=[LOOK, rule(severities=["page"])]), {"a": ["restart", "cordon"], "b": ["restart", "cordon"]}),
        (Policy(autonomy_rules=[rule("observe", namespaces=["a"]), rule(severities=["page"])]),
         {"a": ["restart", "cordon"], "b": ["restart", "cordon"]}),
        (Policy(autonomy_rules=[rule("observe", namespaces=["a"], actions=["restart"]), rule(severities=["page"])]),
         {"a": ["cordon"], "b": ["restart", "cordon"]}),
    ],
    ids=["by default", "nothing", "not in one", "nowhere", "only in one", "only one kind", "one kind in one",
         "when it pages", "perhaps in one", "certainly not one kind in one"],
)  # fmt: skip
def test_a_right_is_of_use_where_some_attempt_could_be_more_than_observed(policy, there):
    found = reach(policy, [RESTART, CORDON], ["a", "b"])
    assert {name: [each.name for each in could] for name, could in found.items()} == there


def test_a_playbook_that_only_observes_needs_no_right_anywhere():
    assert reach(Policy(), [playbook("p", "restart", Autonomy.OBSERVE)], [""]) == {}


def test_any_namespace_is_one_of_those_the_policy_may_widen():
    policy = Policy(autonomy_rules=[LOOK, rule(namespaces=["a"])])
    assert [each.name for each in reach(policy, [RESTART, CORDON], [""])[""]] == ["restart"]
    assert named(policy) == ["a"]
