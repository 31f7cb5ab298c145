"""Objects refused at admission: quotas that are used up, service accounts that do not exist."""

import re

from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Declared, Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of, pods_of, short, told_of

EXCEEDED = re.compile(r"exceeded quota: ([^,]+), requested: ([^,]*(?:,[^,:]+=[^,]*)*), used: ")
NO_ACCOUNT = re.compile(r'service ?account "?([^"\s]+)"? not found|error looking up service account')
RESOURCES = [
    ("quota-cpu", ("cpu",)),
    ("quota-memory", ("memory",)),
    ("quota-storage", ("storage", "persistentvolumeclaims")),
    ("quota-services", ("services",)),
    ("quota-pods", ("pods",)),
]
FULL = 0.999


def detect(facts: Facts) -> list[Finding]:
    """Refusals that still leave a workload short, and quotas that leave something out without a word."""
    estate = facts.estate
    if estate is None:
        return []
    cited = facts.evidence_of(InventoryQuestion)
    lacking = [w for w in estate.workloads if short(w) and len(pods_of(estate, w.entity.name)) < w.replicas]
    found = [finding for declared in lacking for finding in _refused(estate, declared, cited)]
    return [*found, *_left_out(estate, facts, cited)]


def _refused(estate: Estate, declared: Declared, cited: list[str]) -> list[Finding]:
    said = [event for event in told_of(estate, declared.entity.name) if event.reason == "FailedCreate"]
    found: list[Finding] = []
    for event in said[-1:]:
        if match := EXCEEDED.search(event.message):
            found += [
                _finding(Entity(kind="Namespace", name=estate.namespace), cause, event.message, 1.0, cited)
                for cause in _resources(match[2])
            ]
        if NO_ACCOUNT.search(event.message):
            found.append(
                _finding(entity_of(estate, declared.entity.name), "service-account-missing", event.message, 0.9, cited)
            )
    if not said and estate.knows("Event", "Pod", "ServiceAccount"):
        account = declared.template.service_account
        if account and estate.service_accounts and account not in estate.service_accounts:
            told = f"{declared.entity.name} runs as {account}, which does not exist, and has no pods"
            found.append(_finding(entity_of(estate, declared.entity.name), "service-account-missing", told, 0.5, cited))
    return found


def _resources(text: str) -> list[str]:
    return [name for name, words in RESOURCES if any(word in text for word in words)][:1]


def _left_out(estate: Estate, facts: Facts, cited: list[str]) -> list[Finding]:
    """What quotas refuse to people, not to controllers, leaves no event: Services and claims that are not there."""
    found = []
    whole = Entity(kind="Namespace", name=estate.namespace)
    for quota in estate.quotas:
        for resource, hard in quota.hard.items():
            used = quota.used.get(resource, 0.0)
            if resource == "services" and used >= hard * FULL and (lost := without_service(estate, facts)):
                told = f"{quota.entity.name}: {used:g} of {hard:g} services, and {', '.join(lost[:3])} has none"
                found.append(_finding(whole, "quota-services", told, 0.9, cited))
            stores = "storage" in resource or resource == "persistentvolumeclaims"
            if stores and (lost := missing_claims(estate)):
                told = f"{quota.entity.name}: {resource} {used:g} of {hard:g}, and the claims {', '.join(lost[:3])} are not there"
                found.append(_finding(whole, "quota-storage", told, 0.7, cited))
    return found


def without_service(estate: Estate, facts: Facts) -> list[str]:
    """Workloads somebody is known to call that no Service selects; none where not all Services are known."""
    if not estate.knows("Service"):
        return []
    called = {call.callee.name for call in facts.calls}
    names = {route.entity.name for route in estate.routes}
    return [w.entity.name for w in estate.workloads if w.entity.name in called and w.entity.name not in names]


def missing_claims(estate: Estate) -> list[str]:
    """Claims that pods mount and the namespace does not hold; none where not all claims are known."""
    if not estate.knows("PersistentVolumeClaim"):
        return []
    held = {claim.entity.name for claim in estate.claims}
    return sorted(
        {
            volume.source
            for running in estate.pods
            for volume in running.template.volumes
            if volume.kind == "persistentVolumeClaim" and volume.source and volume.source not in held
        }
    )


def _finding(entity: Entity, cause: str, told: str, trust: float, cited: list[str]) -> Finding:
    return Finding(
        kind=FindingKind.ADMISSION,
        entity=entity,
        statement=told[:300],
        normal="objects are admitted",
        evidence=cited,
        cause=cause,
        trust=trust,
    )
