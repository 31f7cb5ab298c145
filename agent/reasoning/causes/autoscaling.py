"""The autoscaler cannot follow the load.

Mechanism: at its maximum it adds no pods however much comes in; without metrics (no metrics server, no
requests to compare with, an adapter that is down) it leaves the number of pods as it is.
"""

from agent.reasoning.probes.autoscaler import PROBE as ROOM
from agent.reasoning.stated import COURSES, OBJECTS, stated

CAUSES = [
    stated(
        "autoscaler-at-bound",
        "its autoscaler is at its maximum",
        "raise the maximum of the autoscaler of {service}, if the nodes have room",
        (ROOM, "at bound"),
        settled_by=OBJECTS | COURSES,
    ),
    stated(
        "autoscaler-blind",
        "its autoscaler has no metrics",
        "see why the autoscaler of {service} gets no metrics; scale by hand until then",
        (ROOM, "blind"),
        settled_by=OBJECTS | COURSES,
    ),
]
