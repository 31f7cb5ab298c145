"""A node, disk, network or zone fails under the service."""

from agent.reasoning.causes import Cause
from agent.reasoning.suspected import spoken

CAUSES = [
    Cause(
        name="hardware",
        title="node, disk, network or zone",
        suspect=spoken("hardware", "a node, disk, network or zone under {where} fails"),
        own={"hardware words": {"most": 0.80, "some": 0.17, "none": 0.03}},
        settled_by=frozenset({"logs"}),
        advice="drain the node or fail over from the zone",
    ),
]
