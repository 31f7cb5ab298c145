"""What GitOps tools say of what they keep, checked by writers, revisions and dependencies."""

import pytest

from agent.model.delivery import Delivered, Delivery
from agent.model.entity import Entity
from agent.model.pod import ContainerPhase
from agent.model.question import Inventory, InventoryQuestion
from agent.reasoning.detectors import findings
from agent.reasoning.examination import next_test
from agent.reasoning.judge import update
from agent.reasoning.suspects import rank
from tests.reasoning.builders import CHECKOUT, Load, Notebook, after, config_change, named, profile, rollout
from tests.reasoning.estates import concluded, pod, running, said, seen, shop, state, template, workload

CART = Entity(kind="Deployment", namespace="shop", name="cart")
HASH = "main@sha1:1f0e5c1a"


def flux(name: str = "apps", **changes) -> Delivery:
    entity = Entity(kind="Kustomization", namespace="gitops", name=name)
    whole = Delivery(entity=entity, tool="Flux", applied=HASH, wanted=HASH, objects=[Delivered(entity=CART)])
    return whole.evolve(**changes)


def argo(**changes) -> Delivery:
    entity = Entity(kind="Application", namespace="gitops", name="apps")
    whole = Delivery(entity=entity, tool="Argo CD", applied="1f0e5c1a", wanted="1f0e5c1a", applied_at=after(-7200))
    return whole.evolve(objects=[Delivered(entity=CART, differs=whole.evolve(**changes).differs)], **changes)


def kept(*deliveries: Delivery, **changes):
    cart = workload("cart", **{"template_by": "kustomize-controller", "template_at": after(-9000), **changes})
    return seen(shop(workloads=[workload("web"), cart], deliveries=list(deliveries)))


FAILED = "BuildFailed: kustomize build failed: accumulating resources: no such file"
WAITS = "DependencyNotReady: dependency 'gitops/base' is not ready"
BASE = Entity(kind="Kustomization", namespace="gitops", name="base")
LED = {
    "a Kustomization that does not build": (
        kept(flux(complaints=[FAILED], wanted="main@sha1:2b", ready=False)),
        "gitops-not-applied",
    ),
    "one whose dependency is not ready": (
        kept(flux(complaints=[WAITS], needs=[BASE], ready=False), flux("base", ready=False, objects=[])),
        "gitops-not-applied",
    ),
    "a HelmRelease whose upgrade failed": (
        kept(flux(complaints=["UpgradeFailed: cart: field is immutable"], failed=True, ready=False)),
        "gitops-not-applied",
    ),
    "a sync that failed": (
        kept(argo(complaints=["SyncFailed: one or more objects failed to apply"], wanted="2b", differs=True)),
        "gitops-not-applied",
    ),
    "out of sync because somebody edited it live": (
        kept(argo(differs=True), template_by="kubectl-edit", template_at=after(-30)),
        "gitops-drift",
    ),
    "suspended": (kept(flux(suspended=True)), "gitops-suspended"),
}


@pytest.mark.parametrize(("facts", "cause"), LED.values(), ids=LED)
def test_what_is_not_delivered_leads_where_nothing_else_is_wrong(facts, cause):
    assert concluded(facts)[0][:2] == (cause, "cart")


def test_a_complaint_that_revisions_and_dependencies_deny_does_not_lead():
    facts = kept(flux(complaints=["ReconciliationFailed: timeout"], ready=False))
    assert concluded(facts)[0][0] != "gitops-not-applied"


@pytest.mark.parametrize(
    "reason", ["HealthCheckFailed: timeout waiting for cart", "Progressing: running health checks"]
)
def test_one_that_is_applied_and_not_well_is_told_and_blames_nobody(reason):
    found = [
        f for f in findings(kept(flux(complaints=[reason], ready=False))) if f.kind == "live is not what is declared"
    ]
    assert [f.cause for f in found] == [""]


def test_all_in_step_is_no_finding():
    assert not [f for f in findings(kept(flux(), argo())) if f.kind == "live is not what is declared"]


def test_an_image_that_is_not_there_goes_before_the_upgrade_that_failed_for_it():
    waits = state(phase=ContainerPhase.WAITING, ready=False, reason="ImagePullBackOff")
    cart = running("cart", pod=pod("cart", ready=False, phase="Pending", containers=[waits]))
    message = 'Failed to pull image "registry.example/shop/cart:1.4": registry.example/shop/cart:1.4: not found'
    facts = seen(
        shop(
            workloads=[workload("web"), workload("cart", ready=0)],
            pods=[running("web"), cart],
            deliveries=[flux(complaints=["UpgradeFailed: context deadline exceeded"], failed=True, ready=False)],
            events=[said("Failed", message)],
        )
    )
    assert concluded(facts)[0][0] == "image-not-found"


def examined(*changes, failing=0.3, **written):
    """A checkout whose errors began, kept by an Argo CD Application, with these changes on its timeline."""
    checkout = named(CHECKOUT)
    declared = workload("checkout", entity=checkout, template=template("checkout"), **written)
    delivery = argo().evolve(objects=[Delivered(entity=checkout, differs=True)], differs=True)
    notebook = Notebook(profile()).counted([Load("checkout-a", failing=failing)]).changed(*changes)
    estate = shop(workloads=[declared], deliveries=[delivery], pods=[running("checkout")], routes=[])
    facts = notebook.answer(InventoryQuestion(namespace="shop"), Inventory(estate=estate)).facts()
    hypotheses, done = rank(facts), set[str]()
    while test := next_test(facts, hypotheses, done):
        done.add(test.key)
        if reading := test.probe.read(facts, test.subject):
            hypotheses = update(hypotheses, test.probe, test.subject, reading)
    return [(h.cause, h.change) for h in hypotheses]


def test_a_live_edit_just_before_the_errors_is_the_change_that_is_blamed():
    edit = rollout(-60, actor="kubectl-edit")
    assert examined(edit, template_by="kubectl-edit", template_at=after(-60))[0] == ("gitops-drift", edit.id)


def test_what_the_tool_itself_rolled_out_is_a_release_and_no_drift():
    release = rollout(-60, actor="argocd-controller")
    ranked = examined(release, template_by="argocd-controller", template_at=after(-60))
    assert ranked[0] == ("bad-release", release.id)
    assert ("gitops-drift", release.id) not in ranked


def test_a_live_edit_after_the_errors_began_is_not_blamed():
    edit = rollout(200, actor="kubectl-edit")
    assert ("gitops-drift", edit.id) not in examined(edit, template_by="kubectl-edit", template_at=after(200))


def test_a_restart_by_hand_is_no_edit():
    assert not [each for each in examined(template_by="kubectl-rollout", template_at=after(-60)) if each[1]]


def test_configuration_that_the_service_does_not_use_is_no_drift_of_it():
    other = config_change(-60, name="other", actor="kubectl-edit")
    assert ("gitops-drift", other.id) not in examined(other)
