"""A quota of an account is used up."""

from agent.reasoning.causes import Cause
from agent.reasoning.suspected import spoken

CAUSES = [
    Cause(
        name="quota-exhausted",
        title="quota of an account used up",
        suspect=spoken("quota-exhausted", "a quota of an account that {where} uses is used up"),
        own={"quota words": {"most": 0.85, "some": 0.12, "none": 0.03}},
        settled_by=frozenset({"logs"}),
        advice="ask the provider for a higher quota, or use less",
    ),
]
