"""Whose is it: from pods and Services to the workload a person would name, and back. Called by detectors and probes of states."""

from agent.model.cluster import KubeEvent
from agent.model.entity import Entity
from agent.model.inventory import Declared, Estate, Route, Running


def selects(selector: dict[str, str], labels: dict[str, str]) -> bool:
    """Whether a selector that asks for something matches these labels."""
    return bool(selector) and selector.items() <= labels.items()


def entity_of(estate: Estate, workload: str) -> Entity:
    """The service entity of a workload: the Service of its name, else the one that selects it, else its own name."""
    names = {route.entity.name for route in estate.routes}
    declared = workload_named(estate, workload)
    if workload in names or declared is None:
        return Entity(kind="Service", namespace=estate.namespace, name=workload)
    behind = sorted(
        (route.entity.name for route in estate.routes if selects(route.selector, declared.template.labels)),
        key=lambda name: (len(name), name),
    )
    return Entity(kind="Service", namespace=estate.namespace, name=(behind or [workload])[0])


def workload_named(estate: Estate, name: str) -> Declared | None:
    """The workload of this name."""
    return next((w for w in estate.workloads if w.entity.name == name), None)


def workload_of(estate: Estate, entity: Entity) -> Declared | None:
    """The workload behind a service entity, by name, else by the Service's selector."""
    if entity.kind != "Service":
        return None
    named = workload_named(estate, entity.name)
    route = next((r for r in estate.routes if r.entity.name == entity.name), None)
    if named or route is None:
        return named
    return next((w for w in estate.workloads if selects(route.selector, w.template.labels)), None)


def pods_of(estate: Estate, workload: str) -> list[Running]:
    """The pods a workload owns, none that is going away."""
    return [running for running in estate.pods if running.owner == workload and not running.pod.deleting]


def routes_to(estate: Estate, declared: Declared) -> list[Route]:
    """The Services that select a workload's pods."""
    return [route for route in estate.routes if selects(route.selector, declared.template.labels)]


def short(declared: Declared) -> bool:
    """Fewer pods are ready than are asked for."""
    return declared.ready < declared.replicas


def events_of(estate: Estate, running: Running) -> list[KubeEvent]:
    """What was said about a pod, oldest first."""
    return [event for event in estate.events if event.entity.kind == "Pod" and event.entity.name == running.pod.name]


def told_of(estate: Estate, workload: str) -> list[KubeEvent]:
    """What was said about a workload or the ReplicaSet it makes its pods with, oldest first."""
    return [e for e in estate.events if workload in (e.entity.name, e.entity.name.rpartition("-")[0])]


def unscheduled(running: Running) -> bool:
    """The pod waits for a node."""
    return running.pod.phase == "Pending" and not running.pod.node
