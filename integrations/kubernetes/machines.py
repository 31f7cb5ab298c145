"""Nodes as the scheduler sees them, and the health of the parts of Kubernetes itself.

A kubelet is judged by its node's Ready condition and by its Lease; a runtime by what the kubelet
says of it; DNS, proxy, scheduler and controllers by their pods, the last two by their Lease as well,
which also exists where a provider hides the control plane. Called by estate.py.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from agent.model.inventory import Component, Machine
from integrations.kubernetes.declared import Owners
from integrations.kubernetes.fields import (
    Json,
    at,
    conditions,
    created,
    flag,
    items,
    moment,
    name_of,
    number,
    section,
    strings,
    text,
    texts,
)
from integrations.kubernetes.quantities import quantities

_SKEW = timedelta(minutes=2)  # our clock may be ahead of the cluster's by so much
_LEASE_SECONDS = 40  # the kubelet's default
_LONGEST_LEASE = 3600
_RUNTIME_TROUBLE = ("container runtime is down", "pleg is not healthy", "runtimeready=false", "runtime not ready")
_NETWORK_TROUBLE = ("networkready=false", "network plugin is not ready", "network not ready", "cni plugin")
_RUNTIME_CONDITIONS = (
    "RuntimeUnhealthy",
    "ContainerRuntimeUnhealthy",
    "FrequentContainerdRestart",
    "FrequentDockerRestart",
)
_LEADERS = {"kube-scheduler": "scheduler", "kube-controller-manager": "controller-manager"}
_NAME_LABELS = ("k8s-app", "component", "app.kubernetes.io/name", "app")
_PARTS = {
    "kube-dns": "dns",
    "coredns": "dns",
    "kube-proxy": "kube-proxy",
    "kube-scheduler": "scheduler",
    "kube-controller-manager": "controller-manager",
    "kube-apiserver": "api-server",
    "etcd": "etcd",
}
_BY_NODE = {"kube-proxy"}
_CLUSTER_WIDE = ("dns", "scheduler", "controller-manager")


def repository(image: str) -> str:
    """An image's name without tag and digest."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return head + slash + last.partition(":")[0]


def machine(found: Json, pods: list[Json] | None, repositories: frozenset[str] = frozenset()) -> Machine:
    """A node; `pods` are all pods of the cluster, None where they were not seen; of its images, those of `repositories`."""
    states = conditions(found)
    name = name_of(found)
    by_rank = _by_rank(name, pods or [])
    return Machine(
        name=name,
        ready=states.get("Ready", "").split(":")[0] == "True",
        unschedulable=flag(found, "spec", "unschedulable"),
        labels=texts(found, "metadata", "labels"),
        taints=[_taint(each) for each in items(found, "spec", "taints")],
        allocatable=quantities(found, "status", "allocatable"),
        requested=_sum(by_rank.values()) if pods is not None else {},
        requested_by_rank=by_rank,
        conditions=states,
        images=sorted(
            image
            for each in items(found, "status", "images")
            for image in strings(each, "names")
            if "@" not in image and repository(image) in repositories
        ),
        created_at=created(found),
    )


def _taint(found: Json) -> str:
    key, value, effect = text(found, "key"), text(found, "value"), text(found, "effect")
    return f"{key}={value}:{effect}" if value else f"{key}:{effect}"


def _by_rank(node: str, pods: list[Json]) -> dict[int, dict[str, float]]:
    """What the scheduler counts, by priority: pods that have not ended; an init container counts where it asks for more."""
    ranks: dict[int, dict[str, float]] = {}
    for pod in pods:
        if text(pod, "spec", "nodeName") != node or text(pod, "status", "phase") in ("Succeeded", "Failed"):
            continue
        _add(ranks.setdefault(_rank(pod), _nothing()), {"pods": 1.0, **pod_requests(pod)})
    return ranks


def _rank(pod: Json) -> int:
    value = at(pod, "spec", "priority")
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _nothing() -> dict[str, float]:
    return {"pods": 0.0, "cpu": 0.0, "memory": 0.0}


def _sum(parts: Iterable[dict[str, float]]) -> dict[str, float]:
    total = _nothing()
    for part in parts:
        _add(total, part)
    return total


def pod_requests(pod: Json) -> dict[str, float]:
    """What one pod takes of a node: its containers and sidecars together, or its largest init container, and overhead."""
    together: dict[str, float] = {}
    first: dict[str, float] = {}
    for each in items(pod, "spec", "containers"):
        _add(together, quantities(each, "resources", "requests"))
    for each in items(pod, "spec", "initContainers"):
        asked = quantities(each, "resources", "requests")
        if text(each, "restartPolicy") == "Always":  # a sidecar: it stays
            _add(together, asked)
        else:
            first = {name: max(first.get(name, 0.0), asked.get(name, 0.0)) for name in first.keys() | asked.keys()}
    most = {name: max(together.get(name, 0.0), first.get(name, 0.0)) for name in together.keys() | first.keys()}
    _add(most, quantities(pod, "spec", "overhead"))
    return most


def _add(total: dict[str, float], more: dict[str, float]) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0.0) + amount


def node_components(nodes: list[Json], leases: list[Json], now: datetime) -> Iterator[Component]:
    """Kubelet, container runtime and network plugin of every node; of a node that is silent nothing is said of the last two."""
    stale = _staleness(leases, now)
    for node in nodes:
        name = name_of(node)
        ready = next((each for each in items(node, "status", "conditions") if text(each, "type") == "Ready"), {})
        state, said, silent = text(ready, "status"), conditions(node).get("Ready", ""), stale(name)
        complaint = said if state == "False" else ""
        runtime = _spoken_of(complaint, _RUNTIME_TROUBLE) or _runtime_condition(node)
        network = _spoken_of(complaint, _NETWORK_TROUBLE)
        excused = state == "False" and bool(runtime or network)  # it is alive and blames another
        yield Component(
            name="kubelet", node=name, healthy=not silent and (state == "True" or excused), detail=silent or said
        )
        if state in ("True", "False") and not silent:
            yield Component(name="container runtime", node=name, healthy=not runtime, detail=runtime)
            yield Component(name="network plugin", node=name, healthy=not network, detail=network)


def _spoken_of(complaint: str, words: tuple[str, ...]) -> str:
    return complaint if any(word in complaint.lower() for word in words) else ""


def _runtime_condition(node: Json) -> str:
    """What a node problem detector says of the runtime."""
    states = conditions(node)
    return next(
        (f"{each}: {states[each]}" for each in _RUNTIME_CONDITIONS if states.get(each, "").startswith("True")), ""
    )


def _staleness(leases: list[Json], now: datetime) -> Callable[[str], str]:
    """From a lease's name to "" or for how long it was not renewed.

    Measured against the newest of them, so that it needs no clock of ours; our own only notices that all have stopped.
    """
    renewed = {name_of(each): moment(each, "spec", "renewTime") for each in leases}
    lasting = {name_of(each): _seconds(each) for each in leases}
    newest = max([now - _SKEW, *(at for at in renewed.values() if at)])

    def stale(name: str) -> str:
        at = renewed.get(name)
        if at is None or newest - at <= timedelta(seconds=lasting[name]):
            return ""
        return f"its Lease was last renewed at {at:%H:%M:%S}, {(newest - at).total_seconds():.0f} s ago"

    return stale


def _seconds(lease: Json) -> int:
    """How long the lease says it holds, within reason."""
    said = number(lease, "spec", "leaseDurationSeconds")
    return said if 0 < said <= _LONGEST_LEASE else _LEASE_SECONDS


def system_components(pods: list[Json], leases: list[Json], now: datetime) -> tuple[list[Component], str]:
    """The other parts, and which of DNS, scheduler and controllers could not be judged at all, in words."""
    found = [*_from_pods(pods), *_from_leases(leases, now)]
    known = {each.name for each in found}
    missing = ", ".join(part for part in _CLUSTER_WIDE if part not in known)
    unseen = f"neither a pod nor a Lease of {missing} in kube-system" if missing else ""
    merged: dict[tuple[str, str], Component] = {}
    for each in found:
        before = merged.get((each.name, each.node))
        merged[each.name, each.node] = each if before is None or before.healthy else before
    return sorted(merged.values(), key=lambda each: (each.name, each.node)), unseen


def _from_pods(pods: list[Json]) -> Iterator[Component]:
    groups: dict[tuple[str, str], list[Json]] = {}
    for pod in pods:
        part = _part(pod)
        if part:
            node = text(pod, "spec", "nodeName") if part in _BY_NODE or _on_every_node(pod) else ""
            groups.setdefault((part, node), []).append(pod)
    for (part, node), members in groups.items():
        ready = sum(conditions(pod).get("Ready", "").startswith("True") for pod in members)
        yield Component(name=part, node=node, healthy=ready > 0, detail=f"{ready} of {len(members)} pods ready")


def _part(pod: Json) -> str:
    """What it is called; pods that are neither a known part nor critical to their node are no components."""
    labels = texts(pod, "metadata", "labels")
    name = next((labels[label] for label in _NAME_LABELS if labels.get(label)), "")
    critical = text(pod, "spec", "priorityClassName") == "system-node-critical"
    return _PARTS.get(name, name if critical and _on_every_node(pod) else "")


def _on_every_node(pod: Json) -> bool:
    return Owners({}).top(pod)[0] == "DaemonSet"


def _from_leases(leases: list[Json], now: datetime) -> Iterator[Component]:
    """Leaders renew every few seconds; a lease without a holder, or a minute old, has no leader behind it."""
    held = [each for each in leases if name_of(each) in _LEADERS]
    stale = _staleness([{**each, "spec": {**section(each, "spec"), "leaseDurationSeconds": 60}} for each in held], now)
    for each in held:
        silent = stale(name_of(each)) or ("" if text(each, "spec", "holderIdentity") else "nobody holds its Lease")
        yield Component(
            name=_LEADERS[name_of(each)], healthy=not silent, detail=silent or "its leader renews its Lease"
        )
