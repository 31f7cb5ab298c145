"""Who keeps an object: what would be put back within minutes is not proposed, and what only Helm keeps is."""

import pytest

from agent.model.action import Pause, Restart, RestoreConfig, SetBounds, SetFlag
from agent.model.change import ChangeKind
from agent.model.content import Version
from agent.model.delivery import Delivered, Delivery
from agent.model.entity import Entity
from agent.model.inventory import Autoscaler, Estate
from agent.model.keeper import Keeper
from agent.playbooks import default_folder, load_playbooks
from agent.policy.choose import choose
from agent.policy.keeping import keeper, put_back
from agent.policy.situation import Situation
from agent.reasoning.causes import catalogue
from tests.reasoning.builders import after, deployment, hypothesis, rollout

SHIPPED = {each.name: each for each in load_playbooks(default_folder(), {cause.name for cause in catalogue()})}
SETTINGS = Entity(kind="ConfigMap", namespace="shop", name="settings")
SCALER = Entity(kind="HorizontalPodAutoscaler", namespace="shop", name="checkout")
EDIT = rollout(0, kind=ChangeKind.CONFIG, entity=SETTINGS, id="edit")
VERSIONS = [
    Version(entity=SETTINGS, digest=word, since=after(at), seen_at=after(at))
    for word, at in (("old", -300), ("bad", 20))
]


@pytest.mark.parametrize(
    ("marks", "hands", "owner", "who", "reconciles"),
    [
        ({"argocd.argoproj.io/tracking-id": "shop:/ConfigMap:shop/x"}, [], "", "Argo CD shop", True),
        ({"argocd.argoproj.io/instance": "shop"}, [], "", "Argo CD shop", True),
        ({"kustomize.toolkit.fluxcd.io/name": "apps"}, [], "", "Flux", True),
        ({"helm.toolkit.fluxcd.io/name": "x", "meta.helm.sh/release-name": "x"}, ["helm-controller"], "", "Flux", True),
        ({"configmanagement.gke.io/managed": "enabled"}, [], "", "Config Sync", True),
        ({"addonmanager.kubernetes.io/mode": "Reconcile"}, [], "", "the addon manager", True),
        ({"meta.helm.sh/release-name": "web"}, ["helm", "kubectl-edit"], "", "Helm web", False),
        ({}, ["kubectl-edit", "argocd-controller"], "", "Argo CD", True),
        ({}, ["helm", "kustomize-controller"], "", "Flux", True),
        ({}, ["helm"], "", "Helm", False),
        ({"meta.helm.sh/release-name": "web"}, [], "Shop web", "Shop web", True),
    ],
)
def test_a_keeper_is_known_by_owner_then_marks_then_hands(marks, hands, owner, who, reconciles):
    found = keeper(SETTINGS, marks, hands, owner)
    assert (str(found), found.reconciles) == (who, reconciles)


@pytest.mark.parametrize(
    "marks", [{}, {"app.kubernetes.io/managed-by": "hand"}, {"addonmanager.kubernetes.io/mode": "EnsureExists"}]
)
def test_what_is_kept_by_nobody_has_no_keeper(marks):
    assert keeper(SETTINGS, marks, ["kubectl", "kube-controller-manager"]) is None


def config(estate: Estate | None, **workload):
    place = Situation(workload=deployment(**workload), change=EDIT, versions=VERSIONS, estate=estate)
    choice = choose(hypothesis("config-change"), place, [SHIPPED["restore-config"]])
    return (choice.actions or [None])[0] or choice.reasons[0]


def kept(tool: str, name: str = "", *, reconciles: bool = True, entity: Entity = SETTINGS) -> Estate:
    return Estate(namespace="shop", keepers=[Keeper(entity=entity, tool=tool, name=name, reconciles=reconciles)])


RESTORED = RestoreConfig(target=SETTINGS, version="old")


def test_it_is_the_object_that_is_written_whose_keeper_counts_not_the_workload():
    argo = {"argocd.argoproj.io/instance": "shop"}
    assert config(Estate(namespace="shop"), labels=argo) == RESTORED
    assert config(kept("Argo CD", entity=SCALER), labels=argo) == RESTORED
    said = config(kept("Argo CD", "shop"))
    assert said == (
        "restore-config: Argo CD manages ConfigMap shop/settings and would re-sync it: revert the change in Git"
    )


def test_what_an_operator_owns_is_changed_there():
    said = config(kept("Shop", "web"))
    assert said == "restore-config: Shop web owns ConfigMap shop/settings and would put it back: change it there"


def test_helm_alone_is_no_reconciler():
    assert config(kept("Helm", "web", reconciles=False)) == RESTORED


def test_what_a_delivery_lists_is_kept_by_it_also_without_a_mark():
    listed = Delivery(
        entity=Entity(kind="Kustomization", namespace="flux", name="apps"),
        tool="Flux",
        objects=[Delivered(entity=SETTINGS)],
    )
    assert "Flux manages ConfigMap shop/settings" in config(Estate(namespace="shop", deliveries=[listed]))


@pytest.mark.parametrize("estate", [None, Estate(namespace="shop", unread=["ConfigMap"])], ids=["nothing", "not these"])
def test_where_nobody_could_look_nothing_is_written(estate):
    assert "could not be seen" in config(estate)


def test_the_bounds_of_an_autoscaler_that_another_object_owns_are_left_to_it():
    scaler = Autoscaler(entity=SCALER, target=deployment().entity, minimum=1, maximum=4)
    estate = kept("ScaledObject", "checkout", entity=SCALER).evolve(autoscalers=[scaler])
    stands, book = hypothesis(SHIPPED["raise-autoscaler"].treats[0]), [SHIPPED["raise-autoscaler"]]
    choice = choose(stands, Situation(workload=deployment(), estate=estate), book)
    assert "ScaledObject checkout owns" in choice.reasons[0]
    free = choose(stands, Situation(workload=deployment(), estate=estate.evolve(keepers=[])), book)
    assert isinstance(free.actions[0], SetBounds)


def test_what_is_outside_the_cluster_is_kept_by_nobody_there():
    flag = rollout(0, kind=ChangeKind.FLAG, keys=["new"], version="on", entity=Entity(kind="External", name="flags"))
    choice = choose(hypothesis("flag-turned"), Situation(workload=None, flag=flag), [SHIPPED["turn-flag-off"]])
    assert isinstance(choice.actions[0], SetFlag)


def test_a_playbook_that_does_not_ask_may_act_on_what_git_manages():
    place = Situation(workload=deployment(labels={"argocd.argoproj.io/instance": "shop"}))
    choice = choose(hypothesis("resource-exhaustion"), place, [SHIPPED["restart"]])
    assert isinstance(choice.actions[0], Restart)
    assert put_back(Pause(target=place.workload.entity), place)
