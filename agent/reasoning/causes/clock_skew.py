"""A clock under the service is wrong."""

from agent.reasoning.causes import Cause
from agent.reasoning.suspected import spoken

CAUSES = [
    Cause(
        name="clock-skew",
        title="a clock is wrong",
        suspect=spoken("clock-skew", "a clock under {where} is wrong", weight=0.12),
        own={"clock words": {"most": 0.75, "some": 0.22, "none": 0.03}},
        settled_by=frozenset({"logs"}),
        advice="repair time synchronisation on the node",
    ),
]
