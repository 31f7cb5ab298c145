"""Drains and budgets: a budget that never lets a pod go stops a drain; without one a drain takes all replicas together.

Mechanism: a drain asks the eviction API for each pod. The API refuses what a PodDisruptionBudget forbids, and the
drainer asks again until its patience ends: the node stays cordoned, half empty, and an upgrade stands still. A pod that no
budget selects goes at once, and so do all of its siblings.
"""

from agent.reasoning.probes.eviction_room import PROBE as ROOM
from agent.reasoning.stated import stated

CAUSES = [
    stated(
        "budget-never-allows",
        "its disruption budget never lets a pod go",
        "raise the replicas of {service}, or lower minAvailable below them; delete the pod by hand if the drain must go on",
        (ROOM, "never"),
    ),
    stated(
        "budget-used-up",
        "its disruption budget is used up by pods that are not ready",
        "mend the pods of {service} that are not ready; unhealthyPodEvictionPolicy: AlwaysAllow lets a drain take those",
        (ROOM, "used up"),
    ),
    stated(
        "budgets-overlap",
        "more than one disruption budget selects its pods",
        "leave {service} one budget: the eviction API refuses a pod that two of them select",
        (ROOM, "overlap"),
    ),
    stated(
        "budget-selects-nobody",
        "its disruption budget selects no pod",
        "correct the budget's selector so that it selects the pods of {service}",
        (ROOM, "misses"),
    ),
    stated(
        "evicted-unprotected",
        "all its pods were evicted together",
        "give {service} a PodDisruptionBudget, more than one replica, and a spread over nodes",
        (ROOM, "unprotected"),
    ),
]
