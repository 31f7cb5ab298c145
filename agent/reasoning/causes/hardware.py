"""A node, disk, network or zone fails under the service."""

from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts
from agent.reasoning.suspected import WEIGHT, spoken

WELL = 0.15
"""What is left of the suspicion where every node can be seen and says it is well: disks fail under healthy nodes too."""


def _suspect(facts: Facts) -> list[Suspicion]:
    nodes = facts.estate.machines if facts.estate and facts.estate.knows("Node") else []
    weight = WEIGHT * WELL if nodes and all(node.ready for node in nodes) else WEIGHT
    return spoken("hardware", "a node, disk, network or zone under {where} fails", weight=weight)(facts)


CAUSES = [
    Cause(
        name="hardware",
        title="node, disk, network or zone",
        suspect=_suspect,
        own={"hardware words": {"most": 0.80, "some": 0.17, "none": 0.03}},
        settled_by=frozenset({"logs"}),
        advice="drain the node or fail over from the zone",
    ),
]
