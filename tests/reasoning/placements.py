"""Rows of test_states.py: pods no node takes, and nodes and parts of Kubernetes that are down."""

from agent.model.inventory import Component
from agent.model.template import Neighbourhood, Requirement
from tests.reasoning.estates import (
    container,
    machine,
    pod,
    running,
    seen,
    shop,
    waiting,
    workload,
)
from tests.reasoning.wrongs import unscheduled

GPU = {"kubernetes.io/hostname": "worker-a", "kind": "gpu"}
APART = Neighbourhood(labels={"app": "cart"}, apart=True)

PLACEMENTS = {
    "a selector no node has": (
        unscheduled("2 node(s) didn't match Pod's node affinity/selector", node_selector={"disk": "ssd"}),
        ("node-selector-unsatisfied", "cart"),
    ),
    "an affinity no node meets": (
        unscheduled(
            "2 node(s) didn't match Pod's node affinity/selector",
            node_affinity=[[Requirement(key="zone", operator="In", values=["west"])]],
        ),
        ("node-affinity-unsatisfied", "cart"),
    ),
    "the one node it asks for is cordoned": (
        unscheduled(
            "1 node(s) were unschedulable, 1 node(s) didn't match Pod's node affinity/selector",
            [machine("worker-a", labels=GPU, unschedulable=True), machine("worker-b")],
            node_selector={"kind": "gpu"},
        ),
        ("node-cordoned", "cart"),
    ),
    "the one node that is not kept for other work is cordoned": (
        unscheduled(
            "2 node(s) had untolerated taint(s), 1 node(s) were unschedulable",
            [
                machine("worker-a", taints=["dedicated=batch:NoSchedule"]),
                machine("worker-b", taints=["dedicated=batch:NoSchedule"]),
                machine("worker-c", unschedulable=True),
            ],
        ),
        ("node-cordoned", "cart"),
    ),
    "the one node it asks for is tainted": (
        unscheduled(
            "1 node(s) had untolerated taint {kind: gpu}, 1 node(s) didn't match Pod's node affinity/selector",
            [machine("worker-a", labels=GPU, taints=["kind=gpu:NoSchedule"]), machine("worker-b")],
            node_selector={"kind": "gpu"},
        ),
        ("taint-not-tolerated", "cart"),
    ),
    "more CPU than any node has": (
        unscheduled("2 Insufficient cpu", containers=[container(requests={"cpu": 9.0})]),
        ("cpu-request-too-large", "cart"),
    ),
    "more memory than any node has": (
        unscheduled("2 Insufficient memory", containers=[container(requests={"memory": 20 * 2**30})]),
        ("memory-request-too-large", "cart"),
    ),
    "kept apart from itself on every node": (
        unscheduled(
            "2 node(s) didn't match pod anti-affinity rules",
            others=[
                running("cart", pod=pod("cart", name=f"cart-{node}", node=node)) for node in ("worker-a", "worker-b")
            ],
            neighbours=[APART],
        ),
        ("pods-kept-apart", "cart"),
    ),
    "a scheduler that says nothing": (
        seen(
            shop(
                workloads=[workload("web"), workload("cart", ready=0)],
                pods=[running("web"), waiting("cart")],
                machines=[machine("boss", labels={"node-role.kubernetes.io/control-plane": ""}), machine("worker-a")],
                components=[Component(name="kube-scheduler", node="boss", healthy=False, detail="inactive (dead)")],
            )
        ),
        ("scheduler-down", "boss"),
    ),
    "a kubelet that stopped": (
        seen(
            shop(
                machines=[
                    machine("worker-a", ready=False, conditions={"Ready": "Unknown: NodeStatusUnknown: Kubelet stopped posting node status."}),
                    machine("worker-b"),
                ],
                components=[Component(name="kubelet", node="worker-a", healthy=False, detail="inactive (dead)")],
            )
        ),
        ("kubelet-down", "worker-a"),
    ),
    "a container runtime that is down": (
        seen(
            shop(
                machines=[machine("worker-a", ready=False, conditions={"Ready": "False: KubeletNotReady: container runtime is down"})],
                components=[
                    Component(name="kubelet", node="worker-a", healthy=True),
                    Component(name="containerd", node="worker-a", healthy=False, detail="failed"),
                ],
            )
        ),
        ("container-runtime-down", "worker-a"),
    ),
    "a kube-proxy that is down": (
        seen(shop(components=[Component(name="kube-proxy", node="worker-b", healthy=False, detail="inactive (dead)")])),
        ("kube-proxy-down", "worker-b"),
    ),
}  # fmt: skip
