"""Health checks that fail: what the kubelet says of each failure."""

from datetime import timedelta

from agent.model.cluster import KubeEvent
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Estate, Running
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of, events_of
from agent.reasoning.patience import NO_ANSWER, OTHER_LANGUAGE

KINDS = {"Liveness": "liveness", "Readiness": "readiness"}
RECENT = timedelta(minutes=3)
ENDURING = 3
"""Failures in a row that outlive a slow start."""


def detect(facts: Facts) -> list[Finding]:
    """For every pod whose check fails now: it is not ready, or was restarted; failures at a start that was overcome are past."""
    estate = facts.estate
    if estate is None:
        return []
    found = []
    for running in estate.pods:
        restarted = any(c.restarts for c in running.pod.containers)
        if running.pod.ready and not restarted:
            continue
        for event in events_of(estate, running):
            kind = next((kind for word, kind in KINDS.items() if event.message.startswith(f"{word} probe failed")), "")
            past = event.last_at is not None and facts.anchor - event.last_at > RECENT
            if event.reason == "Unhealthy" and kind and not past:
                found += _of(facts, estate, running, event, kind)
    return found


def _of(facts: Facts, estate: Estate, running: Running, event: KubeEvent, kind: str) -> list[Finding]:
    base = 0.5 if event.count >= ENDURING else 0.25
    other = bool(OTHER_LANGUAGE.search(event.message))
    silent = bool(NO_ANSWER.search(event.message)) and not other
    trusts = {
        f"{kind}-wrong-protocol": base + 0.4 if other else 0.03,
        f"{kind}-wrong-port": base if silent else 0.03,
    }
    if kind == "liveness":
        trusts["liveness-too-strict"] = base if silent else 0.05
    return [
        Finding(
            kind=FindingKind.HEALTH_CHECK,
            entity=entity_of(estate, running.owner or running.pod.name),
            statement=f"{running.pod.name}, {event.count}×: {event.message[:180]}",
            normal="health checks pass",
            onset=event.first_at,
            evidence=facts.evidence_of(InventoryQuestion),
            cause=cause,
            trust=trust,
        )
        for cause, trust in trusts.items()
    ]
