"""Admission refuses the pods: a policy says no, or nobody is there to say yes.

Mechanism: the API server asks webhooks and plug-ins before it stores an object. A webhook that is down
with failurePolicy Fail refuses everything it is asked about; a policy refuses what breaks it. Controllers
then report FailedCreate and try again, and no pod appears.
"""

from agent.reasoning.probes.pods_admitted import PROBE as ADMITTED
from agent.reasoning.stated import stated

CAUSES = [
    stated(name, title, advice, (ADMITTED, "lacking"))
    for name, title, advice in [
        ("webhook-down", "an admission webhook does not answer", "bring the webhook back, or take {service} out of its scope"),
        ("webhook-denies", "an admission webhook denies its pods", "change {service} as the webhook asks, or the policy"),
        ("limit-range-exceeded", "a LimitRange forbids its size", "change the requests and limits of {service}, or the LimitRange"),
        ("pod-security-refuses", "pod security refuses it", "give {service} the security context that the namespace asks for"),
    ]
]  # fmt: skip
