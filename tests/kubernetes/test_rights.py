"""What playbooks need to act: complete, and without what reading has."""

import pytest

from agent.model.playbook import Playbook, PlaybookStep
from agent.playbooks import default_folder, load_playbooks
from agent.policy.kinds import kinds
from agent.reasoning.causes import catalogue
from integrations.kubernetes.access import NEEDS
from integrations.kubernetes.actions import doers
from integrations.kubernetes.rights import acting, needs, rights

SHIPPED = load_playbooks(default_folder(), {cause.name for cause in catalogue()})


def playbook(*actions: str) -> Playbook:
    return Playbook(name="p", title="p", treats=["x"], steps=[PlaybookStep(action=each) for each in actions])


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda each: each.name)
def test_every_kind_of_action_of_a_playbook_is_one_that_somebody_does(shipped):
    assert all(any(name.split()[0] == kind for name in doers()) for kind in kinds(shipped))
    assert any(need.write for need in rights(shipped))


def test_every_step_there_is_comes_to_an_action():
    for action in PlaybookStep.model_fields["action"].annotation.__args__:
        assert rights(playbook(action)), action


def test_what_reading_has_already_is_not_given_twice():
    had = {(need.group, need.resource, verb) for need in NEEDS for verb in need.verbs.split() if not need.cluster}
    assert ("", "pods", "get") in had
    assert [(need.verbs, need.resource) for need in needs("delete_pod")] == [("delete", "pods")]


def test_an_action_needs_no_more_than_its_kind_of_target_takes():
    assert [need.resource for need in needs("restart", "StatefulSet")] == ["statefulsets"]
    assert [need.resource for need in needs("rollback", "Rollout")] == ["rollouts", "rollouts"]
    assert {need.resource for need in needs("rollback")} == {"deployments", "statefulsets", "daemonsets", "rollouts"}


def test_each_right_is_wanted_once_in_each_place_and_those_on_nodes_once_in_all():
    found = acting(
        {
            "a": [playbook("restart"), playbook("cordon")],
            "b": [playbook("restart", "restore_config"), playbook("uncordon")],
        }
    )
    places = [(need.verbs, need.resource, at) for need, at in found]
    assert len(places) == len(set(places))
    assert {at for _, resource, at in places if resource == "nodes"} == {""}
    assert {resource for _, resource, at in places if at == "b"} == {
        "deployments",
        "statefulsets",
        "daemonsets",
        "configmaps",
    }
