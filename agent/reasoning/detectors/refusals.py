"""Pods that the API server refuses to admit: webhooks that deny or are down, LimitRanges that forbid the size."""

import re

from agent.model.finding import Finding, FindingKind
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of, pods_of, short, told_of

SAID: list[tuple[str, str]] = [
    (r"failed calling webhook|failed to call webhook", "webhook-down"),
    (r"admission webhook \"[^\"]+\" denied the request", "webhook-denies"),
    (r"(maximum|minimum) \S+ usage per (Container|Pod)|max limit to request ratio", "limit-range-exceeded"),
    (r"violates PodSecurity|is forbidden: .*PodSecurityPolicy", "pod-security-refuses"),
]
"""The words of the API server and of its admission plug-ins (webhook, LimitRanger, PodSecurity)."""

SURE = 0.9


def detect(facts: Facts) -> list[Finding]:
    """For every workload that lacks pods: the last refusal its controller reports."""
    estate = facts.estate
    if estate is None:
        return []
    found = []
    for declared in estate.workloads:
        if not short(declared) or len(pods_of(estate, declared.entity.name)) >= declared.replicas:
            continue
        name = declared.entity.name
        told = [event.message for event in told_of(estate, name) if event.reason.startswith("Failed")]
        cause = next((c for words, c in SAID if told and re.search(words, told[-1])), "")
        if cause:
            found.append(
                Finding(
                    kind=FindingKind.ADMISSION,
                    entity=entity_of(estate, name),
                    statement=told[-1][:300],
                    normal="pods are admitted",
                    evidence=facts.evidence_of(InventoryQuestion),
                    cause=cause,
                    trust=SURE,
                )
            )
    return found
