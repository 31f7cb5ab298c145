"""The health check is wrong, not the program.

Mechanism: a liveness check that asks the wrong port, speaks the wrong protocol or gives up too soon makes the
kubelet kill a healthy program again and again; a readiness check of that kind keeps it out of its Service.
"""

from agent.reasoning.probes.liveness_check import PROBE as LIVENESS
from agent.reasoning.probes.readiness_check import PROBE as READINESS
from agent.reasoning.stated import stated

CAUSES = [
    *(
        stated(
            f"{kind}-wrong-{what}",
            f"{kind} check uses the wrong {what}",
            f"correct the {what} of the {kind} check of {{service}}",
            (probe, what),
        )
        for kind, probe in (("liveness", LIVENESS), ("readiness", READINESS))
        for what in ("port", "protocol")
    ),
    stated(
        "liveness-too-strict",
        "liveness check gives up too soon",
        "give {service} time to start: a startup check, or more delay and failures",
        (LIVENESS, "patience"),
    ),
]
