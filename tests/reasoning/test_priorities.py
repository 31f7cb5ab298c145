"""Pods that rank lower and go without, and ranks that do not exist: events, checked against requests and classes."""

import pytest

from agent.model.cluster import KubeEvent
from agent.model.entity import Entity
from agent.reasoning.detectors import findings
from tests.reasoning.builders import after
from tests.reasoning.estates import concluded, machine, route, running, said, seen, shop, template, waiting, workload

NO_ROOM = "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod."
REFUSED = 'Error creating: pods "cart-7d9f-" is forbidden: no PriorityClass with name urgent was found'


def full(rank, **left):
    """Nodes that are full with pods of a priority."""
    held = {"cpu": 4.0, "memory": 2**30, "pods": 9.0}
    return [machine(name, requested=held, requested_by_rank={rank: held}, **left) for name in ("worker-a", "worker-b")]


def victim(message="Preempted by pod 6f1f3c1e-30a5-4b8e-9a55-6c4c8b1f4d0e on node worker-a", reason="Preempted"):
    entity = Entity(kind="Pod", namespace="shop", name="cart-7d9f-gone")
    return KubeEvent(entity=entity, type="Normal", reason=reason, message=message, first_at=after(5), last_at=after(5))


def lacking(machines, events, priority=0):
    return seen(
        shop(
            workloads=[workload("web"), workload("cart", ready=0)],
            pods=[running("web"), waiting("cart", priority=priority)],
            routes=[route("web"), route("cart", ready=[])],
            machines=machines,
            events=events,
        )
    )


def classed(classes, events, name="urgent"):
    asked = template("cart", priority_class=name)
    return seen(
        shop(
            workloads=[workload("web"), workload("cart", ready=0, template=asked)],
            pods=[running("web")],
            routes=[route("web"), route("cart", ready=[])],
            priority_classes=classes,
            events=events,
        )
    )


SYSTEM = ["system-cluster-critical", "system-node-critical"]


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        (lacking(full(1000), [said("FailedScheduling", NO_ROOM), victim()]), "outranked"),
        (lacking(full(1000), [said("FailedScheduling", NO_ROOM)]), "outranked"),
        (lacking(full(0), [said("FailedScheduling", NO_ROOM)]), "cpu-request-too-large"),
        (lacking(full(1000), [said("FailedScheduling", NO_ROOM)], priority=2000), "cpu-request-too-large"),
        (lacking(full(1000, allocatable={"cpu": 0.05, "memory": 8 * 2**30, "pods": 110}), [said("FailedScheduling", NO_ROOM)]), "cpu-request-too-large"),
        (classed(SYSTEM, [said("FailedCreate", REFUSED, kind="ReplicaSet")]), "priority-class-missing"),
    ],
    ids=["preempted, and no room since", "behind higher ones", "among equals", "above them", "too large for an empty node", "no such class"],
)  # fmt: skip
def test_the_cause_that_requests_and_classes_bear_out_leads(facts, cause):
    best = concluded(facts)[0]
    assert best[:2] == (cause, "cart")
    assert best[2] >= 0.8


def test_a_pod_that_was_preempted_and_is_back_is_told_by_the_node_it_left():
    facts = seen(shop(machines=full(1000), events=[victim()]))
    assert concluded(facts)[0][:2] == ("outranked", "cart")


def test_a_preemption_that_the_node_does_not_bear_out_does_not_lead():
    assert concluded(seen(shop(machines=full(0), events=[victim()])))[0][0] != "outranked"


def test_a_preemption_long_before_the_trouble_is_past():
    facts = seen(shop(machines=full(1000), events=[victim().evolve(last_at=after(-1800))]))
    assert not [f for f in findings(facts) if f.cause == "outranked"]


def test_a_refusal_for_a_class_that_is_there_by_now_does_not_lead():
    facts = classed([*SYSTEM, "urgent"], [said("FailedCreate", REFUSED, kind="ReplicaSet")])
    assert concluded(facts)[0][0] != "priority-class-missing" or concluded(facts)[0][2] < 0.8


def test_a_workload_that_has_its_pods_is_not_blamed_for_its_class():
    estate = shop(workloads=[workload("web"), workload("cart", template=template("cart", priority_class="urgent"))], priority_classes=SYSTEM)  # fmt: skip
    assert not [f for f in findings(seen(estate)) if f.cause == "priority-class-missing"]
