"""Names do not resolve: the resolver, or whom it forwards to, fails for everybody."""

from agent.reasoning.causes import Cause
from agent.reasoning.suspected import spoken

CAUSES = [
    Cause(
        name="name-resolution",
        title="names do not resolve",
        suspect=spoken("name-resolution", "names do not resolve for {where}"),
        own={
            "names unresolved": {"many": 0.85, "one": 0.13, "none": 0.02},
            "struck together": {"several": 0.75, "one": 0.25},
        },
        settled_by=frozenset({"logs"}),
        advice="look at the cluster's DNS and at whom it forwards to; no rollback makes names resolve",
    ),
]
