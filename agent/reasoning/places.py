"""Where pods run: which of a service's pods are on which node, and in which zone."""

from agent.model.pod import Pod
from agent.model.profile import Profile
from agent.model.question import Nodes, NodesQuestion, Pods, PodsQuestion
from agent.reasoning.facts import Facts

PLACES = {"node": "Node", "zone": "Zone"}
"""Dimension, and the kind of entity that a hypothesis about it blames."""


def place_of(pod: Pod, zones: dict[str, str]) -> dict[str, str]:
    """Node and zone of a pod, where known."""
    found = {"node": pod.node, "zone": zones.get(pod.node, "")}
    return {dimension: value for dimension, value in found.items() if value}


def zones(facts: Facts) -> dict[str, str]:
    """Zone by node."""
    nodes = facts.answer(NodesQuestion(), Nodes)
    return {node.name: node.zone for node in nodes.items} if nodes else {}


def places_of(facts: Facts, profile: Profile, dimension: str) -> dict[str, set[str]]:
    """Names of a service's living pods by place."""
    if profile.workload is None:
        return {}
    pods = facts.answer(PodsQuestion(entity=profile.workload.entity), Pods)
    known, found = zones(facts), dict[str, set[str]]()
    for pod in pods.items if pods else []:
        if place := place_of(pod, known).get(dimension):
            found.setdefault(place, set()).add(pod.name)
    return found
