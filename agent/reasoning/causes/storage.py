"""A claim is not bound, and the pods that mount it wait.

Mechanism: the volume controller binds a claim to a volume of its class that offers the modes, has the size,
carries the labels and is free. It says which class it cannot find; for all else only that there is no fit.
"""

from agent.reasoning.probes.placement import PROBE as PLACEMENT
from agent.reasoning.probes.quota_room import PROBE as ROOM
from agent.reasoning.probes.volume_fit import PROBE as FIT
from agent.reasoning.stated import stated

WAITING = (PLACEMENT, "volume")

CAUSES = [
    stated("storage-class-missing", "storage class does not exist", "correct the claim's storage class", (FIT, "class"), WAITING),
    stated("access-mode-not-offered", "no volume offers the access mode", "correct the claim's access mode", (FIT, "mode"), WAITING),
    stated("volume-too-small", "no volume is large enough", "add a larger volume, or ask for less", (FIT, "capacity"), WAITING),
    stated("volume-selector-unsatisfied", "no volume has the labels", "correct the claim's selector", (FIT, "selector"), WAITING),
    stated("volume-taken", "the volume belongs to another claim", "add a volume, or release the one that is taken", (FIT, "taken"), WAITING),
    stated(
        "claim-missing",
        "claim does not exist",
        "create the claim that {service} mounts",
        (FIT, "absent"),
        WAITING,
        # a quota with no room for it would explain the missing claim
        elsewhere={ROOM.name: {**ROOM.otherwise}},
    ),
]  # fmt: skip
