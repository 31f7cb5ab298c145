"""Priorities: pods that rank higher take the room of those that rank lower, or the rank asked for does not exist.

Mechanism: where no node has room, the scheduler evicts pods of a lower priority for one of a higher; budgets are
only a wish to it. The lower ones wait until there is room. A class that does not exist is refused at admission.
"""

from dataclasses import replace

from agent.reasoning.probes.placement import PROBE as PLACEMENT
from agent.reasoning.probes.priority_class_there import PROBE as CLASS
from agent.reasoning.probes.rank import PROBE as RANK
from agent.reasoning.stated import stated

NO_ROOM = {"cpu": 0.40, "memory": 0.34, "pods": 0.10}
CROWDED = {**dict.fromkeys(PLACEMENT.otherwise, 0.005), **NO_ROOM}
"""A pod that waits behind others finds what any pod finds on a full node: which resource is short tells nothing."""

_RANK = stated(
    "outranked",
    "pods of higher priority take its room",
    "add nodes, or give {service} the priority it deserves; look at what started with the higher one",
    (RANK, "yes"),
)

CAUSES = [
    replace(
        _RANK,
        own={**_RANK.own, PLACEMENT.name: {**CROWDED, "fits": round(1 - sum(CROWDED.values()) + CROWDED["fits"], 6)}},
    ),
    stated(
        "priority-class-missing",
        "its priority class does not exist",
        "create the PriorityClass that {service} names, or leave priorityClassName out",
        (CLASS, "no"),
    ),
]
