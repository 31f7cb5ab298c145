"""A node, or what Kubernetes runs on it, is down: every pod there suffers together.

Mechanism: a kubelet that stops no longer reports, and after a grace period its pods count as lost; without
its container runtime nothing new starts; without kube-proxy (or what stands for it) the addresses of
Services lead nowhere from that node, while everything looks ready.
"""

from agent.reasoning.probes.components import PROBE as COMPONENT
from agent.reasoning.probes.placement import PROBE as PLACEMENT
from agent.reasoning.probes.pressure import PROBE as PRESSURE
from agent.reasoning.stated import stated

STRANDED = {
    PLACEMENT.name: {
        "fits": 0.50,
        "node down": 0.38,
        "selector": 0.02,
        "affinity": 0.02,
        "cordon": 0.02,
        "taint": 0.01,
        "cpu": 0.01,
        "memory": 0.01,
        "pods": 0.01,
        "neighbours": 0.01,
        "volume": 0.01,
    }
}
"""Pods that may only run on a node that is down wait for it."""

CAUSES = [
    stated(
        "kubelet-down",
        "kubelet is down",
        "start the kubelet on {service}; drain the node if it does not stay",
        (COMPONENT, "kubelet"),
        elsewhere=STRANDED,
    ),
    stated(
        "container-runtime-down",
        "container runtime is down",
        "start the container runtime on {service}; cordon the node until it stays",
        (COMPONENT, "runtime"),
        elsewhere=STRANDED,
    ),
    stated(
        "kube-proxy-down",
        "kube-proxy is down",
        "start kube-proxy on {service}; until then Service addresses do not work from there",
        (COMPONENT, "kube-proxy"),
    ),
    stated(
        "node-under-pressure",
        "node is short of memory, disk or processes",
        "find what fills {service}; evicted pods come back elsewhere",
        (PRESSURE, "yes"),
    ),
]
