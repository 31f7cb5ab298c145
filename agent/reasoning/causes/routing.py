"""The Service does not lead to its pods.

Mechanism: a Service forwards to the pods its selector matches, at its target port and in its protocol. One
letter in the selector leaves it without endpoints; a wrong target port or protocol leaves endpoints that
nobody answers at. The pods are well and ready all the while. A gateway that sends a service's path to another
one leaves the first without traffic and gives the second requests it does not know.
"""

from dataclasses import replace

from agent.reasoning.causes import Cause
from agent.reasoning.probes.gateway_paths import PROBE as PATHS
from agent.reasoning.probes.reachable import PROBE as REACHABLE
from agent.reasoning.probes.service_spec import PROBE as SPEC
from agent.reasoning.stated import stated

CLOSED = {REACHABLE.name: {"no": 0.93, "yes": 0.07}}


def _wrong(name: str, title: str, advice: str, outcome: str) -> Cause:
    cause = stated(name, title, advice, (SPEC, outcome))
    return replace(cause, own={**cause.own, **CLOSED})


CAUSES = [
    _wrong("service-selector-wrong", "Service selects no pod", "correct the selector of the Service {service}", "selector"),
    _wrong("service-port-wrong", "Service sends to a wrong port", "correct the target port of the Service {service}", "target port"),
    _wrong("service-protocol-wrong", "Service speaks the wrong protocol", "correct the protocol of the Service {service}", "protocol"),
    replace(
        stated("gateway-sends-elsewhere", "gateway sends its path elsewhere", "correct the path of {service} in the gateway's routes"),
        own={PATHS.name: {"lost": 0.80, "without a path": 0.12, "routed": 0.05, "not called": 0.03}},
    ),
]  # fmt: skip
