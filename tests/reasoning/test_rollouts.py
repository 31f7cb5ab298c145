"""Updates that do not get on: what their controllers say, checked against spec and pods of both revisions."""

from datetime import timedelta

import pytest

from agent.model.entity import Entity
from agent.model.inventory import UNMADE
from agent.model.pod import ContainerPhase
from agent.model.question import Inventory, InventoryQuestion
from agent.reasoning.detectors import findings
from tests.reasoning.builders import ANCHOR, CHECKOUT, Notebook, after, named, profile, rollout
from tests.reasoning.estates import concluded, pod, route, running, said, seen, shop, state, workload

EXCEEDED = {"Progressing": "False: ProgressDeadlineExceeded: ReplicaSet cart-new has timed out progressing."}


def one(number: int, revision: str, *, ready: bool = True, age: float = 3600, reason: str = ""):
    phase = ContainerPhase.WAITING if reason else ContainerPhase.RUNNING
    inner = pod(
        name=f"cart-{number}",
        template_hash=revision,
        ready=ready,
        created_at=ANCHOR - timedelta(seconds=age),
        containers=[state(ready=ready, reason=reason, phase=phase)],
    )
    return running("cart", pod=inner)


def rolling(*pods, kind: str = "Deployment", events=(), **changes):
    """A cart of three pods whose newest template is called "new"."""
    updated = sum(each.pod.template_hash == "new" for each in pods)
    ready = sum(each.pod.ready for each in pods)
    entity = Entity(kind=kind, namespace="shop", name="cart")
    whole = {
        "replicas": 3,
        "revision": "new",
        "updated": updated,
        "ready": ready,
        "strategy": "RollingUpdate",
        **changes,
    }
    cart = workload("cart", entity=entity, **whole)
    return seen(
        shop(
            workloads=[workload("web"), cart],
            pods=[running("web"), *pods],
            routes=[route("web"), route("cart")],
            events=list(events),
        )
    )


OLD = [one(0, "old"), one(1, "old")]
UNREADY = one(2, "new", ready=False, age=1200)
LED = {
    "past its deadline with a pod of the new revision that never becomes ready": (
        rolling(*OLD, UNREADY, conditions=EXCEEDED),
        "rollout-past-deadline",
    ),
    "past its deadline and no pod of the new revision was made": (
        rolling(*OLD, one(2, "old", ready=False), conditions=EXCEEDED),
        "rollout-past-deadline",
    ),
    "paused half way": (rolling(*OLD, one(2, "new"), paused=True), "rollout-paused"),
    "paused, and an edit reaches nobody": (
        rolling(*OLD, one(2, "old"), paused=True, revision=UNMADE),
        "rollout-paused",
    ),
    "a StatefulSet that waits for a broken pod of the revision to be replaced": (
        rolling(one(0, "old"), one(1, "old"), one(2, "old", ready=False), kind="StatefulSet", ordered=True),
        "update-waits-for-old-pod",
    ),
    "a StatefulSet whose new pod never becomes ready": (
        rolling(*OLD, UNREADY, kind="StatefulSet", ordered=True),
        "rollout-past-deadline",
    ),
    "a StatefulSet held by its partition": (
        rolling(*OLD, one(2, "new"), kind="StatefulSet", ordered=True, partition=2),
        "update-held-back",
    ),
    "a DaemonSet that replaces nothing by itself": (
        rolling(*OLD, one(2, "new"), kind="DaemonSet", strategy="OnDelete"),
        "update-held-back",
    ),
    "a DaemonSet whose new pod never becomes ready": (
        rolling(*OLD, UNREADY, kind="DaemonSet"),
        "rollout-past-deadline",
    ),
}


@pytest.mark.parametrize(("facts", "cause"), LED.values(), ids=LED)
def test_an_update_that_does_not_get_on_leads(facts, cause):
    assert concluded(facts)[0][:2] == (cause, "cart")


CALM = {
    "all pods are of the newest template": rolling(one(0, "new"), one(1, "new"), one(2, "new")),
    "a rollout within its deadline": rolling(*OLD, one(2, "new", ready=False, age=60)),
    "a paused one of a single revision": rolling(one(0, "new"), one(1, "new"), one(2, "new"), paused=True),
    "pods that cannot be told apart": rolling(*OLD, UNREADY, revision=""),
    "scaled to zero": rolling(replicas=0, conditions={}),
}


@pytest.mark.parametrize("facts", CALM.values(), ids=CALM)
def test_what_gets_on_is_no_finding(facts):
    assert not [f for f in findings(facts) if f.kind.value == "rollout does not get on"]


def test_a_deadline_that_the_pods_deny_does_not_lead():
    denied = rolling(one(0, "new"), one(1, "new"), one(2, "new"), conditions=EXCEEDED)
    assert not [each for each in concluded(denied) if each[0] == "rollout-past-deadline"]


def test_what_keeps_a_new_pod_from_starting_leads_and_not_that_the_rollout_is_stuck():
    message = 'Failed to pull image "registry.example/shop/cart:9": registry.example/shop/cart:9: not found'
    stuck = one(2, "new", ready=False, age=1200, reason="ImagePullBackOff")
    events = [said("Failed", message).evolve(entity=Entity(kind="Pod", namespace="shop", name="cart-2"))]
    facts = rolling(*OLD, stuck, conditions=EXCEEDED, events=events)
    ranked = concluded(facts)
    assert ranked[0][0] == "image-not-found"
    assert any("ImagePullBackOff" in f.statement for f in findings(facts) if f.cause == "rollout-past-deadline")


def test_the_finding_says_why_as_far_as_it_can_be_seen():
    failure = {"ReplicaFailure": 'True: FailedCreate: pods "cart" is forbidden: exceeded quota'}
    facts = rolling(*OLD, conditions={**EXCEEDED, **failure})
    (told,) = [f.statement for f in findings(facts) if f.cause == "rollout-past-deadline"]
    assert "exceeded quota" in told
    assert "timed out progressing" in told


def test_a_release_on_the_timeline_is_the_suspect_and_that_it_is_stuck_speaks_for_it():
    here = named(CHECKOUT)
    pods = [
        running(
            "checkout", pod=pod(f"checkout-{n}", template_hash=hash_, ready=hash_ == "old", created_at=after(-1200))
        )
        for n, hash_ in enumerate(("old", "old", "new"))
    ]
    declared = workload("checkout", entity=here, replicas=3, ready=2, revision="new", conditions=EXCEEDED)
    estate = shop(workloads=[declared], pods=pods, routes=[])
    facts = (
        Notebook(profile()).changed(rollout(-60)).answer(InventoryQuestion(namespace="shop"), Inventory(estate=estate))
    )
    assert concluded(facts.facts())[0][0] == "bad-release"
