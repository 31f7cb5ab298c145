"""The API server refuses objects before they exist.

Mechanism: a ResourceQuota's admission plugin counts what the namespace holds and refuses what would go over; a
pod whose service account does not exist is refused by the ServiceAccount plugin. Controllers report their
refusals as events; what a person or a pipeline was refused (a Service, a claim) just is not there.
"""

from agent.reasoning.probes.account_there import PROBE as ACCOUNT
from agent.reasoning.probes.quota_room import PROBE as ROOM
from agent.reasoning.stated import stated

CAUSES = [
    *(
        stated(
            f"quota-{resource}",
            f"quota for {resource} is used up",
            f"raise the quota for {resource} in {{service}}, or free some",
            (ROOM, f"quota-{resource}"),
        )
        for resource in ("cpu", "memory", "storage", "services", "pods")
    ),
    stated(
        "service-account-missing",
        "service account does not exist",
        "create the service account {service} runs as",
        (ACCOUNT, "no"),
    ),
]
