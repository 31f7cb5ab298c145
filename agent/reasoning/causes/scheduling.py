"""No node takes the pods: what they ask for and what the nodes offer do not meet.

Mechanism: the scheduler filters nodes one condition after the other; one condition that no node meets
leaves the pod Pending for ever, and a new revision never becomes ready.
"""

from agent.reasoning.probes.components import PROBE as COMPONENT
from agent.reasoning.probes.placement import PROBE as PLACEMENT
from agent.reasoning.stated import stated

CAUSES = [
    stated(
        "node-selector-unsatisfied",
        "node selector matches no node",
        "label a node as the selector of {service} asks, or correct the selector",
        (PLACEMENT, "selector"),
    ),
    stated(
        "node-affinity-unsatisfied",
        "node affinity matches no node",
        "label a node as the affinity of {service} asks, or make the rule a preference",
        (PLACEMENT, "affinity"),
    ),
    stated(
        "node-cordoned",
        "the nodes it may use are cordoned",
        "uncordon the node if its maintenance is over, or let {service} run elsewhere",
        (PLACEMENT, "cordon"),
    ),
    stated(
        "taint-not-tolerated",
        "the nodes it may use are tainted",
        "remove the taint, or give {service} the toleration",
        (PLACEMENT, "taint"),
    ),
    stated(
        "cpu-request-too-large",
        "no node has the CPU it requests",
        "lower the CPU request of {service} or add a node that has it",
        (PLACEMENT, "cpu"),
    ),
    stated(
        "memory-request-too-large",
        "no node has the memory it requests",
        "lower the memory request of {service} or add a node that has it",
        (PLACEMENT, "memory"),
    ),
    stated(
        "node-pods-full",
        "the nodes hold as many pods as they may",
        "add a node, or raise the limit of pods a node",
        (PLACEMENT, "pods"),
    ),
    stated(
        "pods-kept-apart",
        "anti-affinity leaves no node",
        "add nodes, lower the replicas of {service}, or make the anti-affinity a preference",
        (PLACEMENT, "neighbours"),
    ),
    stated(
        "scheduler-down",
        "the scheduler is down",
        "start kube-scheduler on the control plane; pods wait without a word until then",
        (COMPONENT, "scheduler"),
        elsewhere={PLACEMENT.name: {**PLACEMENT.otherwise}},
    ),
]
