"""Something became slow without being broken: its network, its CPU, or a node's network.

Mechanisms: delay on a pod's network adds to every call to and from it and costs no CPU; a CPU limit that is
reached throttles, and the latency rises with the throttling; a node that delays or loses packets slows all
that crosses it, and loss shows as retransmissions of the kernel. A lock or a full collection of garbage looks
like the first but for the packets: hence "program-slow", which is told from it by little.
"""

from dataclasses import replace

from agent.reasoning.probes.held_back import PROBE as HELD
from agent.reasoning.probes.retransmissions import PROBE as AGAIN
from agent.reasoning.stated import COURSES, stated

WAITING = {HELD.name: {"packets": 0.15, "nothing": 0.50, "busy": 0.15, "throttled": 0.20}}
"""While requests pile up behind something slow, others are busy and held back when they come through."""

CAUSES = [
    replace(
        stated("network-slow", "its network is slow", "look at the network of the pods of {service}: node, policy, shaping", settled_by=COURSES),
        own={HELD.name: {"packets": 0.50, "nothing": 0.455, "busy": 0.03, "throttled": 0.015}},
        elsewhere=WAITING,
    ),
    replace(
        stated("cpu-saturated", "its CPU is used up", "find what uses the CPU of {service}, or raise its limit", settled_by=COURSES),
        own={HELD.name: {"throttled": 0.75, "busy": 0.20, "packets": 0.02, "nothing": 0.03}},
    ),
    replace(
        stated("program-slow", "the program itself is slow", "look at a profile of {service} and at what it waits for", settled_by=COURSES),
        own={HELD.name: {"packets": 0.04, "nothing": 0.55, "busy": 0.33, "throttled": 0.08}},
    ),
    replace(
        stated("node-network-losing", "the node loses packets", "look at the network of {service}; drain it if need be", settled_by=COURSES),
        own={AGAIN.name: {"many, most here": 0.88, "many, more elsewhere": 0.05, "some": 0.05, "none": 0.02}},
        elsewhere={HELD.name: {"packets": 0.30, "nothing": 0.58, "busy": 0.08, "throttled": 0.04}},
    ),
    replace(
        stated("node-network-slow", "the node's network is slow", "look at the network of {service}; drain it if need be", settled_by=COURSES),
        own={AGAIN.name: {"many, most here": 0.09, "many, more elsewhere": 0.05, "some": 0.60, "none": 0.26}},
        elsewhere={HELD.name: {"packets": 0.30, "nothing": 0.58, "busy": 0.08, "throttled": 0.04}},
    ),
]  # fmt: skip
