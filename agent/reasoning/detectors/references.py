"""Containers that wait for configuration that is not there: ConfigMaps, Secrets and keys they refer to."""

import re

from agent.model.finding import Finding, FindingKind
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of, events_of

WAITING = {"CreateContainerConfigError", "ContainerCreating", "PodInitializing"}
SAID = re.compile(
    r"""(?:secret|configmap|ConfigMap|Secret)s? "[^"]+" not found|couldn't find key \S+ in (?:Secret|ConfigMap)"""
    r"""|references non-existent (?:secret|config) key""",
    re.IGNORECASE,
)


def detect(facts: Facts) -> list[Finding]:
    """One finding a pod that waits."""
    estate = facts.estate
    if estate is None:
        return []
    found = []
    for running in estate.pods:
        stuck = [c for c in running.pod.containers if c.reason in WAITING]
        if not stuck:
            continue
        said = [
            e
            for e in events_of(estate, running)
            if e.type == "Warning" and SAID.search(e.message) and "pull secret" not in e.message
        ]
        config = any(c.reason == "CreateContainerConfigError" for c in stuck)
        if not said and not config:
            continue
        message = said[-1].message if said else f"{stuck[0].name} waits: {stuck[0].reason} {stuck[0].message}"
        found.append(
            Finding(
                kind=FindingKind.NOT_STARTING,
                entity=entity_of(estate, running.owner or running.pod.name),
                statement=f"{running.pod.name}: {message}",
                normal="everything a container refers to exists",
                onset=said[-1].first_at if said else None,
                evidence=facts.evidence_of(InventoryQuestion),
                cause="reference-missing",
                trust=1.0 if said else 0.5,
            )
        )
    return found
