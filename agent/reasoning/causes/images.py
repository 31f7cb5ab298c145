"""The image cannot be pulled.

Mechanism: the kubelet asks the registry for a manifest. A name or tag that is not there, a registry that wants
credentials the pod does not bring, and a registry whose name does not resolve each end in ImagePullBackOff; the
registry's answer tells them apart. Docker Hub and mirrors answer 401 or 403 for what does not exist, hence the
overlap of the first two rows.
"""

from dataclasses import replace

from agent.reasoning.probes.registry_answer import PROBE as ANSWER
from agent.reasoning.stated import stated

CAUSES = [
    replace(
        stated("image-not-found", "image does not exist", "correct the image reference of {service}"),
        own={
            ANSWER.name: {
                "not found": 0.77,
                "refused": 0.14,
                "unauthorized": 0.04,
                "nothing known": 0.03,
                "unresolved": 0.01,
                "unreachable": 0.01,
            }
        },
    ),
    replace(
        stated(
            "registry-denied",
            "registry wants credentials",
            "create the pull secret of {service}, or name the right one",
        ),
        own={
            ANSWER.name: {
                "unauthorized": 0.85,
                "refused": 0.08,
                "nothing known": 0.03,
                "not found": 0.02,
                "unresolved": 0.01,
                "unreachable": 0.01,
            }
        },
    ),
    stated(
        "registry-unresolved",
        "registry's name does not resolve",
        "correct the registry's host name in the image of {service}, or the DNS of the nodes",
        (ANSWER, "unresolved"),
    ),
    stated(
        "registry-unreachable",
        "registry cannot be reached",
        "check the way from the nodes to the registry",
        (ANSWER, "unreachable"),
    ),
]
