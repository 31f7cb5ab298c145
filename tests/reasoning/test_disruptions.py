"""Drains that stand still and drains that take everything: budgets, as their controller counts and as they are declared."""

import pytest

from agent.model.cluster import KubeEvent
from agent.model.entity import Entity, ServiceRef
from agent.model.inventory import DisruptionBudget
from agent.reasoning.detectors import findings
from agent.reasoning.disruption import covers, needed, room
from tests.reasoning.builders import after
from tests.reasoning.estates import concluded, line, machine, pod, running, seen, shop, workload

REFUSED = "error when evicting pods/\"cart-7d9f-x2\" -n \"shop\" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget."  # fmt: skip
KARPENTER = 'Cannot disrupt Node: pdb "shop/cart" prevents pod evictions'
CORDONED = [machine("worker-a", unschedulable=True), machine("worker-b")]
SHORT_OF = {"DisruptionAllowed": "False: InsufficientPods"}
DISRUPTIONS = ("budget", "evicted")


def budget(name="cart", select="cart", **changes):
    entity = Entity(kind="PodDisruptionBudget", namespace="shop", name=name)
    whole = DisruptionBudget(
        entity=entity, selector={"app": select}, minimum="1", healthy=1, desired=1, expected=1, conditions=SHORT_OF
    )
    return whole.evolve(**changes)


def carts(*ready, node="worker-a"):
    return [
        running("cart", pod=pod("cart", name=f"cart-7d9f-{i}", ready=well, node=node)) for i, well in enumerate(ready)
    ]


def drained(budgets, pods, replicas=1, ready=1, machines=CORDONED, **changes):
    return shop(
        workloads=[workload("web"), workload("cart", replicas=replicas, ready=ready, created_at=after(-864000))],
        pods=[running("web", pod=pod("web", node="worker-b")), *pods],
        machines=machines,
        budgets=budgets,
        **changes,
    )


TWO = {"expected": 2, "desired": 1}


@pytest.mark.parametrize(
    "words", [REFUSED, KARPENTER, "The disruption budget cart needs 1 healthy pods and has 1 currently"]
)
@pytest.mark.parametrize(
    ("cause", "estate"),
    [
        ("budget-never-allows", drained([budget()], carts(True))),
        ("budget-never-allows", drained([budget(minimum="", maximum="0", desired=2, expected=2, healthy=2)], carts(True, True), 2, 2)),
        ("budget-used-up", drained([budget(**TWO)], carts(True, False), 2)),
        ("budget-used-up", drained([budget(minimum="", maximum="50%", **TWO)], carts(True, False), 2)),
    ],
)  # fmt: skip
def test_a_budget_that_stops_a_drain_leads(words, cause, estate):
    assert concluded(seen(estate, line(words, "drainer")))[0][:2] == (cause, "cart")


def test_two_budgets_over_one_pod_stop_a_drain():
    doubled = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
    both = [budget(allowed=1, **TWO), budget("cart-too", minimum="", maximum="1", allowed=1, **TWO)]
    facts = seen(drained(both, carts(True, True), 2, 2), line(doubled, "drainer"))
    assert concluded(facts)[0][:2] == ("budgets-overlap", "cart")


@pytest.mark.parametrize(
    "estate",
    [
        drained([budget()], carts(True), machines=[machine("worker-a"), machine("worker-b")]),
        drained([budget()], carts(True, node="worker-b")),
        drained([budget(allowed=1, **TWO)], carts(True, True), 2, 2),
        drained(None, carts(True)),
        drained([], carts(True)),
    ],
    ids=["no node is emptied", "its pods are elsewhere", "one may go", "budgets out of sight", "no budget and no eviction"],
)  # fmt: skip
def test_where_nothing_is_held_or_lost_there_is_no_finding(estate):
    assert not [f for f in findings(seen(estate)) if f.cause.startswith(DISRUPTIONS)]


def test_a_drain_that_stands_still_is_not_blamed_for_a_services_errors():
    facts = seen(drained([budget()], carts(True)), about=ServiceRef(namespace="shop", name="web"))
    assert not [f for f in findings(facts) if f.cause.startswith(DISRUPTIONS)]


def test_pods_that_were_evicted_long_before_are_not_blamed():
    events = [event.evolve(last_at=after(-1800)) for event in killed(*GONE)]
    assert not [f for f in findings(seen(drained([], BACK, 2, 0, events=events))) if f.cause.startswith("evicted")]


def test_a_controllers_count_that_the_pods_deny_does_not_lead():
    estate = drained([budget(**TWO)], carts(True, True), 2, 2)  # counted before the second was ready
    assert not concluded(seen(estate))[0][0].startswith(DISRUPTIONS)


def killed(*names, reason="Killing", message="Stopping container main"):
    at = after(30)
    return [
        KubeEvent(entity=Entity(kind="Pod", namespace="shop", name=name), type="Normal", reason=reason, message=message, first_at=at, last_at=at)
        for name in names
    ]  # fmt: skip


MADE = after(40)


def young(*names, at=MADE):
    return [running("cart", pod=pod("cart", name=name, node="worker-b", created_at=at, ready=False)) for name in names]


GONE = ("cart-7d9f-a1", "cart-7d9f-b2")
BACK = young("cart-7d9f-c3", "cart-7d9f-d4")
BY_AUTOSCALER = {"reason": "ScaleDown", "message": "deleting pod for node scale down"}


@pytest.mark.parametrize(
    ("cause", "estate"),
    [
        ("evicted-unprotected", drained([], BACK, 2, 0, events=killed(*GONE))),
        ("evicted-unprotected", drained([], BACK, 2, 0, events=killed(*GONE, **BY_AUTOSCALER), machines=[machine("worker-b")])),
        ("budget-selects-nobody", drained([budget(select="carts", expected=0)], BACK, 2, 0, events=killed(*GONE))),
    ],
    ids=["drained by hand", "by the autoscaler", "a selector with a letter too many"],
)  # fmt: skip
def test_a_drain_that_took_all_replicas_leads(cause, estate):
    assert concluded(seen(estate))[0][:2] == (cause, "cart")


@pytest.mark.parametrize(
    "estate",
    [
        drained([], [*BACK[:1], *carts(True, node="worker-b")], 2, 1, events=killed(GONE[0])),
        drained([budget(**TWO)], BACK, 2, 0, events=killed(*GONE)),
        drained([], BACK, 2, 0, events=killed(*GONE), machines=[machine("worker-b")]),
        drained([], BACK, 2, 0, events=killed(*GONE, reason="Evicted", message="The node was low on resource: memory."), machines=[machine("worker-b")]),
    ],
    ids=["one stayed", "a budget is there", "stopped, and no node is emptied", "by a kubelet under pressure"],
)  # fmt: skip
def test_other_ends_of_pods_are_not_taken_for_it(estate):
    assert not [f for f in findings(seen(estate)) if f.cause.startswith("evicted")]


def test_pods_of_different_times_do_not_bear_it_out():
    back = [*young("cart-7d9f-c3"), *young("cart-7d9f-d4", at=after(-3000))]
    assert concluded(seen(drained([], back, 2, 0, events=killed(*GONE))))[0][0] != "evicted-unprotected"


@pytest.mark.parametrize(
    ("minimum", "maximum", "expected", "wanted"),
    [("2", "", 3, 2), ("50%", "", 3, 2), ("", "1", 3, 2), ("", "50%", 3, 1), ("", "0%", 3, 3), ("100%", "", 3, 3), ("5", "", 3, 5), ("", "9", 3, 0), ("x", "", 3, 0)],
)  # fmt: skip
def test_a_share_is_rounded_up(minimum, maximum, expected, wanted):
    assert needed(budget(minimum=minimum, maximum=maximum), expected) == wanted


def test_an_empty_selector_selects_all_and_a_missing_one_none():
    assert covers(budget(everything=True).evolve(selector={}), {"app": "any"})
    assert not covers(budget().evolve(selector={}), {"app": "any"})


def test_a_budget_counts_replicas_that_are_not_there():
    estate = drained([], carts(True), 3)
    assert room(estate, budget(minimum="", maximum="1"))[0] == "used up"
