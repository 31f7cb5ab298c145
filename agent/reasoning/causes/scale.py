"""Somebody or something scaled the workload to nothing.

Mechanism: a Deployment with zero replicas is healthy to Kubernetes, raises no event, and its Service has no
endpoints: callers are refused.
"""

from agent.reasoning.probes.missed import PROBE as MISSED
from agent.reasoning.stated import stated

CAUSES = [
    stated("scaled-to-zero", "scaled to zero", "scale {service} up again, after asking who scaled it down", (MISSED, "yes")),
]  # fmt: skip
