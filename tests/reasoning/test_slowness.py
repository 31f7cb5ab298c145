"""Who became slow and who only waits, from latencies, throttling, packets and retransmissions."""

import pytest

from agent.reasoning.slowness import origins
from tests.reasoning.estates import concluded, course, machine, pod, route, running, seen, shop, workload

LATENCY = "request_latency_p50_milliseconds"
THROTTLED = "container_cpu_cfs_throttled_seconds_rate"
PACKETS = "container_network_receive_packets_per_second"
AGAIN = "node_tcp_retransmits_per_second"


def latency(name: str, before: float, after: float):
    return course(LATENCY, before, after, service=name, namespace="shop")


def test_the_callee_whose_rise_the_caller_feels_is_the_origin():
    facts = seen(shop(), courses=(latency("web", 20, 900), latency("cart", 5, 800)))
    assert [*origins(facts)] == ["cart"]


def test_a_caller_whose_callees_are_well_is_the_origin_itself():
    facts = seen(shop(), courses=(latency("web", 20, 900), latency("cart", 5, 5)))
    assert [*origins(facts)] == ["web"]


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        ((course(PACKETS, 40, 90, service="cart", namespace="shop"),), "network-slow"),
        ((course(THROTTLED, 0.0, 0.9, service="cart", namespace="shop"),), "cpu-saturated"),
    ],
)
def test_what_rose_beside_the_latency_tells_why(more, cause):
    best = concluded(seen(shop(), courses=(latency("web", 20, 900), latency("cart", 5, 800), *more)))[0]
    assert best[:2] == (cause, "cart")


def test_many_retransmissions_blame_the_node():
    courses = (
        latency("web", 20, 300),
        course(AGAIN, 0.1, 9.0, node="worker-a"),
        course(AGAIN, 0.1, 0.2, node="worker-b"),
    )
    best = concluded(seen(shop(), courses=courses))[0]
    assert best[:2] == ("node-network-losing", "worker-a")


def test_slow_just_where_calls_cross_a_border_is_the_node():
    names = ["web", "cart", "pay", "stock", "mail", "ads"]
    there = {
        "web": "worker-a",
        "mail": "worker-a",
        "ads": "worker-a",
        "cart": "worker-b",
        "pay": "worker-b",
        "stock": "worker-b",
    }
    estate = shop(
        workloads=[workload(name) for name in names],
        pods=[running(name, pod=pod(name, node=there[name])) for name in names],
        routes=[route(name) for name in names],
        machines=[machine("worker-a"), machine("worker-b")],
    )
    slow = [latency(name, 10, 900) for name in ("web", "cart", "pay", "stock")]
    well = [latency(name, 10, 10) for name in ("mail", "ads")]
    courses = (*slow, *well, course(AGAIN, 0.2, 0.9, node="worker-a"), course(AGAIN, 0.2, 0.2, node="worker-b"))
    edges = tuple(("web", name) for name in names if name != "web")
    assert concluded(seen(estate, courses=courses, edges=edges))[0][:2] == ("node-network-slow", "worker-a")


def test_levels_that_do_not_rise_say_nothing():
    assert concluded(seen(shop(), courses=(latency("web", 20, 22), latency("cart", 5, 5))))[0][0] == "nothing-visible"
