"""What the scheduler does, worked out from the specs: which nodes a pod may go to, and what keeps it from each.

Called by the probe "placement". The rules are those of the scheduler's filter plugins (NodeUnschedulable,
NodeAffinity, TaintToleration, NodeResourcesFit, InterPodAffinity).
"""

from collections import Counter
from collections.abc import Iterable

from agent.model.inventory import Estate, Machine, Running
from agent.model.template import Neighbourhood, PodTemplate, Requirement, Toleration

CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
ROLE = ("kubernetes.io/role", "master")
GONE = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
CORDONED = "node.kubernetes.io/unschedulable"
HOST = "kubernetes.io/hostname"


def meets(labels: dict[str, str], requirement: Requirement) -> bool:
    """One condition on labels."""
    value = labels.get(requirement.key)
    match requirement.operator:
        case "In":
            return value in requirement.values
        case "NotIn":
            return value not in requirement.values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt" | "Lt":
            return _compared(value, requirement)
        case _:
            return False


def _compared(value: str | None, requirement: Requirement) -> bool:
    try:
        left, right = int(value or ""), int(requirement.values[0])
    except (ValueError, IndexError):
        return False
    return left > right if requirement.operator == "Gt" else left < right


def chosen(template: PodTemplate, labels: dict[str, str]) -> bool:
    """Whether the node selector accepts a node."""
    return template.node_selector.items() <= labels.items()


def attracted(template: PodTemplate, labels: dict[str, str]) -> bool:
    """Whether the required node affinity accepts a node."""
    return not template.node_affinity or any(
        all(meets(labels, requirement) for requirement in term) for term in template.node_affinity
    )


def blocker(estate: Estate, running: Running) -> str:
    """What keeps the pod from the nodes it may go to: the obstacle most of them share, "fits" where one takes it.

    Who writes a selector means the nodes it matches: what closes those is the reason, however many others
    there are. Nodes of the control plane are closed to work by custom, and count only where nothing else is left.
    Taints set nodes apart for other work, for good; beside them, a node that is merely cordoned is the one it would take.
    """
    template = running.template
    workers = [m for m in estate.machines if not control_plane(m)]
    machines = estate.machines if _deliberate(template) or not workers else workers
    named = [m for m in machines if chosen(template, m.labels)]
    if not named:
        return "selector"
    meant = [m for m in named if attracted(template, m.labels)]
    if not meant:
        return "affinity"
    open_to_work = [m for m in meant if not control_plane(m)] or meant
    found = Counter(obstacle(estate, running, machine) for machine in open_to_work)
    if set(found) == {"cordon", "taint"}:
        return "cordon"
    return "fits" if "fits" in found else found.most_common(1)[0][0]


def _deliberate(template: PodTemplate) -> bool:
    """The pod names labels a node must have: nodes it matches are meant, even those of the control plane."""
    positive = any(one.operator in ("In", "Exists", "Gt", "Lt") for term in template.node_affinity for one in term)
    return bool(template.node_selector) or positive


def control_plane(machine: Machine) -> bool:
    """A node that is kept for Kubernetes itself."""
    return any(label in machine.labels for label in CONTROL_PLANE) or machine.labels.get(ROLE[0]) == ROLE[1]


def obstacle(estate: Estate, running: Running, machine: Machine) -> str:
    """The first thing that keeps a pod from a node its selectors accept."""
    template = running.template
    taints = [_taint(text) for text in machine.taints]
    if not machine.ready or any(key in GONE for key, _, _ in taints):
        return "node down"
    if machine.unschedulable:
        return "cordon"
    if any(effect != "PreferNoSchedule" and key != CORDONED and not _tolerated(template.tolerations, (key, value, effect)) for key, value, effect in taints):  # fmt: skip
        return "taint"
    for resource, amount in requests(template).items():
        free = machine.allocatable.get(resource)
        if free is not None and amount > free - machine.requested.get(resource, 0.0):
            return resource
    if any(_crowded(estate, running, machine, rule) for rule in template.neighbours):
        return "neighbours"
    return "fits"


def requests(template: PodTemplate) -> dict[str, float]:
    """CPU, memory and the one pod itself: the sum over containers, or one init container where that is more."""
    found = {"pods": 1.0}
    for resource in ("cpu", "memory"):
        together = sum(c.requests.get(resource, 0.0) for c in template.containers if not c.init)
        alone = max((c.requests.get(resource, 0.0) for c in template.containers if c.init), default=0.0)
        found[resource] = max(together, alone)
    return {resource: amount for resource, amount in found.items() if amount > 0}


def _taint(text: str) -> tuple[str, str, str]:
    pair, _, effect = text.rpartition(":")
    key, _, value = pair.partition("=")
    return key, value, effect


def _tolerated(tolerations: Iterable[Toleration], taint: tuple[str, str, str]) -> bool:
    key, value, effect = taint
    return any(
        (t.key in ("", key))
        and (not t.effect or t.effect == effect)
        and (t.operator == "Exists" or (t.key == key and t.value == value))
        for t in tolerations
    )


def _crowded(estate: Estate, running: Running, machine: Machine, rule: Neighbourhood) -> bool:
    place = machine.labels.get(rule.topology)
    near = {m.name for m in estate.machines if m.labels.get(rule.topology) == place} if place else {machine.name}
    there = any(
        other.pod.node in near and other.pod.name != running.pod.name and _meant(rule, other.pod.labels)
        for other in estate.pods
    )
    return there if rule.apart else not there


def _meant(rule: Neighbourhood, labels: dict[str, str]) -> bool:
    return rule.labels.items() <= labels.items() and all(meets(labels, one) for one in rule.requirements)
