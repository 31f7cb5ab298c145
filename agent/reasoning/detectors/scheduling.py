"""Pods no node takes: what the scheduler says of why, and its silence."""

import re
from datetime import timedelta

from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Estate, Running
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of, events_of, unscheduled
from agent.reasoning.placement import CORDONED, GONE, control_plane

REASONS = re.compile(r"(?:(\d+) )?(?:node\(s\) )?([A-Za-z][^,.]*)")
SAID: list[tuple[str, str]] = [
    (r"untolerated taint|had taint", "taint-not-tolerated"),
    (r"were unschedulable", "node-cordoned"),
    (r"Insufficient cpu", "cpu-request-too-large"),
    (r"Insufficient memory", "memory-request-too-large"),
    (r"Too many pods", "node-pods-full"),
    (r"anti-affinity", "pods-kept-apart"),
    (r"node affinity|node selector|affinity/selector", "node-selector-unsatisfied"),
]
"""The scheduler's words for its filters (kube-scheduler, framework/plugins)."""

QUIET = timedelta(seconds=15)
"""A living scheduler says something within seconds of a pod's creation."""


def detect(facts: Facts) -> list[Finding]:
    """For every pod that waits for a node now; what was said of pods that have since found one is past."""
    estate = facts.estate
    if estate is None:
        return []
    waiting = [running for running in estate.pods if unscheduled(running)]
    cited = facts.evidence_of(InventoryQuestion)
    found = [finding for running in waiting for finding in _said(estate, running, cited)]
    return [*found, *_silence(facts, estate, waiting, cited)]


def _said(estate: Estate, running: Running, cited: list[str]) -> list[Finding]:
    spoken = [event for event in events_of(estate, running) if event.reason == "FailedScheduling"]
    if not spoken:
        return []
    message = spoken[-1].message.split("preemption:")[0]
    shares = _shares(message)
    total = sum(shares.values()) or 1
    names = _split(running, shares)
    return [
        Finding(
            kind=FindingKind.UNSCHEDULED,
            entity=entity_of(estate, running.owner or running.pod.name),
            statement=f"{running.pod.name} waits for a node: {message.strip()}",
            normal="scheduled within seconds",
            onset=spoken[-1].first_at,
            evidence=cited,
            cause=name,
            trust=0.05 + 0.75 * count / total,
        )
        for name, count in names.items()
    ]


def _shares(message: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in message.partition(":")[2].split(","):
        number = re.search(r"\d+", part)
        name = next((name for pattern, name in SAID if re.search(pattern, part)), "")
        if name and any(f"{{{key}" in part for key in (*GONE, CORDONED)):
            continue
        if name:
            found[name] = found.get(name, 0) + (int(number[0]) if number else 1)
    return found


def _split(running: Running, shares: dict[str, int]) -> dict[str, int]:
    """The scheduler has one message for node selectors and node affinity: the pod says which it has."""
    template, shared = running.template, shares.get("node-selector-unsatisfied", 0)
    found = {name: count for name, count in shares.items() if name != "node-selector-unsatisfied"}
    if shared and (template.node_selector or not template.node_affinity):
        found["node-selector-unsatisfied"] = shared
    if shared and (template.node_affinity or not template.node_selector):
        found["node-affinity-unsatisfied"] = shared
    return found


def _silence(facts: Facts, estate: Estate, waiting: list[Running], cited: list[str]) -> list[Finding]:
    """A pod that waits, and nobody who says why: the scheduler itself."""
    forgotten = [
        running
        for running in (waiting if estate.knows("Event") else [])
        if facts.anchor - running.pod.created_at > QUIET
        and not any(event.reason in ("FailedScheduling", "Scheduled") for event in events_of(estate, running))
    ]
    down = [c for c in estate.components if not c.healthy and c.name.startswith("kube-scheduler")]
    if not forgotten and not down:
        return []
    masters = [machine.name for machine in estate.machines if control_plane(machine)]
    name = next((c.node for c in down if c.node), (masters or ["control-plane"])[0])
    told = [f"{c.name} on {c.node} is {c.detail}" for c in down]
    told += [f"{running.pod.name} waits for a node and the scheduler never spoke of it" for running in forgotten[:2]]
    return [
        Finding(
            kind=FindingKind.COMPONENT_DOWN,
            entity=Entity(kind="Node", name=name),
            statement="; ".join(told),
            normal="every pod is scheduled, or told why not",
            magnitude=len(forgotten),
            evidence=cited,
            cause="scheduler-down",
            trust=(0.6 if forgotten else 0.1) + (0.4 if down else 0.0),
        )
    ]
