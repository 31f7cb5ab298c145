"""Containers that cannot start or do not stay.

Mechanisms: the kubelet does not create a container whose ConfigMap, Secret or key is missing; a program that
cannot bind its port or open its files ends at once; the last lines of its log say why, and the pod's own
specs show whether that can be.
"""

from dataclasses import replace

from agent.reasoning.probes.references_there import PROBE as REFERENCES
from agent.reasoning.probes.shared_port import PROBE as SHARED
from agent.reasoning.probes.volume_user import PROBE as VOLUME
from agent.reasoning.stated import stated

CAUSES = [
    replace(
        stated("reference-missing", "ConfigMap or Secret is missing", "create what {service} refers to, or correct the name"),
        own={REFERENCES.name: {"object": 0.72, "key": 0.18, "all there": 0.10}},
    ),
    stated(
        "port-taken",
        "port is taken within the pod",
        "give the containers of {service} ports of their own",
        (SHARED, "yes"),
    ),
    replace(
        stated("volume-denied", "program may not use its volume", "give the volume's files to the user {service} runs as"),
        own={VOLUME.name: {"foreign": 0.70, "prepared": 0.25, "no volume": 0.05}},
    ),
]  # fmt: skip
