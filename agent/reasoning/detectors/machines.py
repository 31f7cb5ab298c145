"""Nodes in trouble: not ready, under pressure, or with a part of Kubernetes that does not run."""

import re

from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Component, Estate, Machine
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts

RUNTIMES = ("containerd", "crio", "cri-o", "docker", "dockershim")
RUNTIME_GONE = re.compile(r"container runtime is down|runtime.*not.?ready|dial unix \S*(containerd|crio|docker)\S*\.sock", re.IGNORECASE)  # fmt: skip
SILENT_KUBELET = re.compile(r"stopped posting node status|NodeStatusUnknown", re.IGNORECASE)
PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure")


def detect(facts: Facts) -> list[Finding]:
    """What the conditions of nodes, systemd and the kubelets say."""
    estate = facts.estate
    if estate is None:
        return []
    cited = facts.evidence_of(InventoryQuestion)
    of_nodes = [finding for machine in estate.machines for finding in _machine(estate, machine, cited)]
    return [*of_nodes, *(f for c in estate.components if not c.healthy for f in _component(c, cited))]


def _machine(estate: Estate, machine: Machine, cited: list[str]) -> list[Finding]:
    said = machine.conditions.get("Ready", "")
    sandbox = [
        event.message
        for event in estate.events
        if event.type == "Warning" and RUNTIME_GONE.search(event.message) and _on(estate, machine, event.entity)
    ]
    found = []
    if not machine.ready:
        runtime = bool(RUNTIME_GONE.search(said)) or bool(sandbox)
        silent = bool(SILENT_KUBELET.search(said))
        told = f"not ready: {said or 'no condition'}" + (f"; {sandbox[-1]}" if sandbox else "")
        found.append(_finding(machine.name, "container-runtime-down", told, 0.9 if runtime else 0.1, cited))
        found.append(_finding(machine.name, "kubelet-down", told, 0.9 if silent and not runtime else 0.15, cited))
    found += [
        _finding(machine.name, "node-under-pressure", f"{name}: {machine.conditions[name]}", 0.7, cited)
        for name in PRESSURES
        if machine.conditions.get(name, "").startswith("True")
    ]
    return found


def _on(estate: Estate, machine: Machine, entity: Entity) -> bool:
    if entity.kind == "Node":
        return entity.name == machine.name
    return any(running.pod.name == entity.name and running.pod.node == machine.name for running in estate.pods)


def _component(component: Component, cited: list[str]) -> list[Finding]:
    told = f"{component.name} is {component.detail}"
    if component.name == "kubelet":
        return [_finding(component.node, "kubelet-down", told, 0.9, cited)]
    if component.name in RUNTIMES:
        return [_finding(component.node, "container-runtime-down", told, 0.9, cited)]
    if component.name == "kube-proxy":
        return [_finding(component.node, "kube-proxy-down", told, 0.7, cited)]
    return []


def _finding(node: str, cause: str, told: str, trust: float, cited: list[str]) -> Finding:
    return Finding(
        kind=FindingKind.NODE_TROUBLE,
        entity=Entity(kind="Node", name=node),
        statement=told,
        normal="ready, all its services running",
        evidence=cited,
        cause=cause,
        trust=trust,
    )
