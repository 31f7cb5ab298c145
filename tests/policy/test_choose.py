"""Which playbook fits, with which exact action, and why none does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.action import Pause, Restart, Resume, Rollback, Scale
from agent.model.entity import Entity
from agent.model.playbook import Playbook, PlaybookLimits, PlaybookStep, Precondition
from agent.model.workload import FieldManager
from agent.playbooks import default_folder, load_playbooks
from agent.policy.choose import choose, unmet
from agent.policy.fitting.workloads import target_revision
from agent.policy.situation import Situation
from agent.reasoning.causes import catalogue
from tests.reasoning.builders import CHECKOUT, deployment, hypothesis, named, revision, rollout

RELEASE, MEMORY = hypothesis("bad-release"), hypothesis("resource-exhaustion")
SHIPPED = load_playbooks(default_folder(), {cause.name for cause in catalogue()})
ROLLBACK = [each for each in SHIPPED if each.name == "rollback"]
HPA = FieldManager(manager="kube-controller-manager", operation="Update", subresource="scale")


def playbook(name: str, action: str, *preconditions: Precondition, treats="resource-exhaustion", **step) -> Playbook:
    return Playbook(
        name=name,
        title=name,
        treats=[treats],
        preconditions=list(preconditions),
        steps=[PlaybookStep(action=action, **step)],
    )


def situation(*numbers: int, current: int = 7, change=rollout(), **workload) -> Situation:  # noqa: B008 - frozen
    """Existing revisions, newest first; the blamed change went from 4 to 7."""
    existing = [revision(number, current=number == current) for number in sorted(numbers, reverse=True)]
    return Situation(workload=deployment(**workload), change=change, revisions=existing)


def test_a_release_is_rolled_back_to_the_revision_before_it_and_never_to_one_less():
    choice = choose(RELEASE, situation(2, 4, 7), ROLLBACK)
    assert choice.playbook.name == "rollback"
    assert choice.actions == [Rollback(target=named(CHECKOUT), to_revision=4, template_hash="hash4")]


@given(st.sets(st.integers(1, 60), min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_the_target_always_exists_and_is_what_the_change_replaced(numbers, random):
    before, current = random.sample(sorted(numbers), 2)
    change = rollout(from_revision=before, to_revision=current)
    choice = choose(RELEASE, situation(*numbers, current=current, change=change), ROLLBACK)
    assert choice.actions[0].to_revision == before
    assert choice.actions[0].template_hash == f"hash{before}"


def test_a_gap_in_the_numbers_is_not_filled():
    choice = choose(RELEASE, situation(5, 6, 7), ROLLBACK)
    assert choice.actions == []
    assert choice.reasons == ["rollback: revision 4 is gone or already live; existing revisions: 7, 6, 5"]


def test_a_revision_that_is_live_already_is_no_target():
    choice = choose(RELEASE, situation(4, 7, current=4), ROLLBACK)
    assert choice.reasons == ["rollback: revision 4 is gone or already live; existing revisions: 7, 4"]


def test_a_first_release_has_nothing_to_go_back_to():
    choice = choose(RELEASE, situation(1, current=1, change=rollout(from_revision=None, to_revision=1)), ROLLBACK)
    assert choice.reasons == ["rollback: the revision before the change is not known; existing revisions: 1"]


def test_without_any_known_revision_the_reason_says_none_exist():
    assert choose(RELEASE, situation(), ROLLBACK).reasons[0].endswith("existing revisions: none")


def test_without_a_blamed_change_there_is_no_target():
    assert target_revision(situation(4, 7, change=None)) is None
    assert choose(RELEASE, situation(4, 7, change=None), ROLLBACK).actions == []


def test_a_paused_rollout_is_left_alone():
    choice = choose(RELEASE, situation(4, 7, paused=True), ROLLBACK)
    assert choice.actions == []
    assert choice.reasons == ["rollback: the rollout of Deployment shop/checkout is paused"]


@pytest.mark.parametrize(
    ("marks", "manager"),
    [
        ({"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/checkout"}}, "Argo CD"),
        ({"labels": {"argocd.argoproj.io/instance": "shop"}}, "Argo CD"),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "shop"}}, "Flux"),
        ({"labels": {"helm.toolkit.fluxcd.io/name": "shop"}}, "Flux"),
    ],
)
def test_what_git_manages_is_to_be_reverted_in_git(marks, manager):
    choice = choose(RELEASE, situation(4, 7, **marks), ROLLBACK)
    assert choice.actions == []
    assert choice.reasons == [
        f"rollback: {manager} manages Deployment shop/checkout and would re-sync it: revert the change in Git"
    ]


def test_labels_of_others_are_no_gitops():
    assert choose(RELEASE, situation(4, 7, labels={"app.kubernetes.io/managed-by": "Helm"}), ROLLBACK).actions


def test_every_reason_is_given():
    book = playbook("both", "scale", Precondition.NOT_PAUSED, Precondition.NO_HPA)
    choice = choose(MEMORY, situation(managers=[HPA], paused=True), [book])
    assert len(choice.reasons) == 2


def test_the_first_playbook_that_fits_is_taken_in_the_order_given():
    assert choose(MEMORY, situation(), SHIPPED).actions == [Restart(target=named(CHECKOUT))]
    assert choose(MEMORY, situation(), SHIPPED[::-1]).playbook.name == "scale-out"


def test_a_playbook_that_does_not_fit_makes_room_for_the_next():
    first = playbook("first", "scale", Precondition.NO_HPA)
    choice = choose(MEMORY, situation(managers=[HPA]), [first, playbook("second", "restart")])
    assert choice.playbook.name == "second"
    assert choice.reasons == ["first: an autoscaler owns the replicas of Deployment shop/checkout"]


@pytest.mark.parametrize(
    ("replicas", "percent", "most", "wanted"),
    [(4, 50, 50, 6), (3, 50, 50, 5), (1, 50, 50, 2), (1, 1, 50, 2), (10, 200, 50, 30), (40, 50, 50, 50), (2, 50, 2, None), (60, 50, 50, None), (0, 50, 50, None)],
)  # fmt: skip
def test_scaling_out_rounds_up_and_stays_within_its_limit(replicas, percent, most, wanted):
    grown = playbook("grow", "scale", add_replicas_percent=percent).evolve(limits=PlaybookLimits(max_replicas=most))
    choice = choose(MEMORY, situation(replicas=replicas), [grown])
    if wanted is None:
        assert choice.actions == []
        assert choice.reasons[0].startswith(f"grow: Deployment shop/checkout has {replicas} replicas")
    else:
        assert choice.actions == [Scale(target=named(CHECKOUT), replicas=wanted)]


def test_where_an_autoscaler_owns_the_replicas_nobody_else_scales():
    choice = choose(MEMORY, situation(managers=[HPA]), [playbook("grow", "scale", Precondition.NO_HPA)])
    assert choice.reasons == ["grow: an autoscaler owns the replicas of Deployment shop/checkout"]


def test_a_cause_that_nothing_treats_says_so():
    assert choose(hypothesis("dependency-down"), situation(4, 7), SHIPPED).reasons == [
        "no playbook treats dependency-down"
    ]


def test_a_workload_that_was_not_found_is_not_acted_on():
    choice = choose(RELEASE, Situation(workload=None, change=rollout()), ROLLBACK)
    assert choice.actions == []
    assert set(choice.reasons) == {"rollback: the workload to act on could not be found"}


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_whatever_keeps_revisions_is_rolled_back(kind):
    entity = Entity(kind=kind, namespace="shop", name="checkout")
    choice = choose(RELEASE, situation(4, 7, entity=entity), ROLLBACK)
    assert choice.actions == [Rollback(target=entity, to_revision=4, template_hash="hash4")]


def test_a_daemon_set_has_no_number_of_replicas_to_change():
    entity = Entity(kind="DaemonSet", namespace="shop", name="checkout")
    choice = choose(MEMORY, situation(entity=entity), [playbook("grow", "scale")])
    assert choice.reasons == ["grow: DaemonSet shop/checkout is not a Deployment or StatefulSet"]


def test_a_paused_rollout_can_go_on_and_a_running_one_be_paused():
    assert choose(MEMORY, situation(), [playbook("hold", "pause")]).actions == [Pause(target=named(CHECKOUT))]
    held = situation(paused=True)
    assert choose(MEMORY, held, [playbook("go", "resume")]).actions == [Resume(target=named(CHECKOUT))]
    assert choose(MEMORY, held, [playbook("hold", "pause")]).reasons == [
        "hold: Deployment shop/checkout is paused already"
    ]


@pytest.mark.parametrize("condition", [each for each in Precondition if each is not Precondition.NOT_GITOPS_MANAGED])
def test_no_precondition_holds_without_a_workload(condition):
    assert unmet(condition, Situation(workload=None)) == "the workload to act on could not be found"


@pytest.mark.parametrize("condition", Precondition)
def test_a_deployment_between_two_revisions_meets_every_precondition(condition):
    assert unmet(condition, situation(4, 7, replicas=4, updated=2)) == ""
