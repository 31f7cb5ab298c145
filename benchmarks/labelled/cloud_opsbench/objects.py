"""The other objects of a namespace, and the nodes, out of `kubectl describe` and `kubectl get`."""

import re
from typing import Any

from agent.model.entity import Entity
from agent.model.inventory import Claim, Component, Disk, Holder, Machine, Quota, Route
from agent.model.template import Port
from benchmarks.labelled.cloud_opsbench.bundle import Bundle
from benchmarks.labelled.cloud_opsbench.describe import Section, moment, of, value
from benchmarks.labelled.cloud_opsbench.quantity import quantities, quantity
from benchmarks.labelled.cloud_opsbench.table import columns
from benchmarks.labelled.cloud_opsbench.workloads import Manifests

MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}
PORT = re.compile(r"^(?:(\S+)\s+)?(\d+)/(\w+)$")
SIZE = re.compile(r"\d+ bytes")
ACTIVE = re.compile(r"Active:\s*(\w+) \((\w[\w-]*)\)([^\n]*)")


def _entity(bundle: Bundle, kind: str, name: str) -> Entity:
    return Entity(kind=kind, namespace=bundle.namespace, name=name)


def routes(bundle: Bundle) -> list[Route]:
    """Services with their endpoints."""
    backing = bundle.described("endpoints")
    return [
        _route(bundle, name, found, backing.get(name, []))
        for name, found in bundle.described("services").items()
        if value(found, "Namespace") == bundle.namespace
    ]


def _route(bundle: Bundle, name: str, found: list[Section], backing: list[Section]) -> Route:
    ports: list[Port] = []
    for section in found:
        if section.key == "Port" and (match := PORT.match(section.value)):
            named = "" if match[1] in (None, "<unset>") else match[1]
            ports.append(Port(number=int(match[2]), name=named, protocol=match[3]))
        elif section.key == "TargetPort" and ports:
            ports[-1] = ports[-1].evolve(target=section.value.partition("/")[0])
    subsets = of(backing, "Subsets").inside()
    address = value(found, "IP")
    numbers = [row[-2] for row in columns(of(subsets, "Ports").lines) if len(row) > 1]
    return Route(
        entity=_entity(bundle, "Service", name),
        type=value(found, "Type"),
        selector=of(found, "Selector").pairs(),
        ports=ports,
        ready=_addresses(value(subsets, "Addresses"), numbers) or _listed(value(found, "Endpoints")),
        not_ready=_addresses(value(subsets, "NotReadyAddresses"), numbers),
        cluster_address="" if address == "None" else address,
        external_name=value(found, "External Name"),
    )


def _addresses(text: str, ports: list[str]) -> list[str]:
    hosts = [host for host in text.split(",") if host]
    return [f"{host}:{port}" for host in hosts for port in ports] if ports else hosts


def _listed(text: str) -> list[str]:
    return [part for part in text.split(",") if part and " " not in part]


def machines(bundle: Bundle) -> list[Machine]:
    """The nodes."""
    return [_machine(name, found) for name, found in bundle.described("nodes").items()]


def _machine(name: str, found: list[Section]) -> Machine:
    rows = [row for row in columns(of(found, "Conditions").lines) if len(row) > 1]
    conditions = {row[0]: ": ".join([row[1], *row[4:]]) for row in rows}
    used = [row for row in columns(of(found, "Allocated resources").lines[1:]) if len(row) > 1]
    pods = len(list(columns(of(found, "Non-terminated Pods").lines)))
    requested = quantities({row[0]: row[1].split(" ")[0] for row in used})
    return Machine(
        name=name,
        ready=conditions.get("Ready", "").startswith("True"),
        unschedulable=value(found, "Unschedulable") == "true",
        labels=of(found, "Labels").pairs(),
        taints=of(found, "Taints").values(),
        allocatable=quantities({one.key: one.value for one in of(found, "Allocatable").inside()}),
        requested={**requested, "pods": float(pods)},
        conditions=conditions,
        created_at=moment(value(found, "CreationTimestamp")),
    )


def components(bundle: Bundle) -> list[Component]:
    """What systemd says of the parts of Kubernetes on each node."""
    found = []
    for arguments, text in bundle.outputs("CheckNodeServiceStatus"):
        match = ACTIVE.search(str(text))
        if match is None:
            continue
        name, node = str(arguments.get("service_name")), str(arguments.get("node_name"))
        healthy = match[1] == "active" and match[2] == "running"
        found.append(
            Component(name=name, node=node, healthy=healthy, detail=f"{match[1]} ({match[2]}){match[3]}".strip())
        )
    return found


def claims(bundle: Bundle, written: Manifests) -> list[Claim]:
    """PersistentVolumeClaims: state as described, wishes as in the manifest where describe shows the granted only."""
    wishes = _named(written, "PersistentVolumeClaim")
    described = bundle.described("persistentvolumeclaims")
    return [_claim(bundle, name, found, wishes.get(name, {})) for name, found in described.items()]


def _claim(bundle: Bundle, name: str, found: list[Section], wish: dict[str, Any]) -> Claim:
    asked = ((wish.get("resources") or {}).get("requests") or {}).get("storage")
    modes = [MODES.get(str(mode), str(mode)) for mode in wish.get("accessModes") or []]
    return Claim(
        entity=_entity(bundle, "PersistentVolumeClaim", name),
        phase=value(found, "Status"),
        volume=value(found, "Volume"),
        storage_class=value(found, "StorageClass"),
        access_modes=modes or [mode for mode in value(found, "Access Modes").split(",") if mode],
        requested=quantity(asked) or quantity(value(found, "Capacity")) or 0.0,
        selector={str(k): str(v) for k, v in ((wish.get("selector") or {}).get("matchLabels") or {}).items()},
    )


def _named(written: Manifests, kind: str) -> dict[str, dict[str, Any]]:
    return {
        str((d.get("metadata") or {}).get("name")): d.get("spec") or {}
        for d in written.documents
        if d.get("kind") == kind
    }


def disks(bundle: Bundle) -> list[Disk]:
    """PersistentVolumes."""
    return [
        Disk(
            name=name,
            phase=value(found, "Status"),
            storage_class=value(found, "StorageClass"),
            access_modes=[mode for mode in value(found, "Access Modes").split(",") if mode],
            capacity=quantity(value(found, "Capacity")) or 0.0,
            labels=of(found, "Labels").pairs(),
            claim=value(found, "Claim"),
            node_affinity=of(found, "Node Affinity").values(),
        )
        for name, found in bundle.described("persistentvolumes").items()
    ]


def quotas(bundle: Bundle) -> list[Quota]:
    """ResourceQuotas, described or as the namespace lists them."""
    return [
        _quota(bundle, name, [re.split(r"\s+", line.strip()) for line in lines])
        for name, lines in _quota_lines(bundle).items()
    ]


def _quota_lines(bundle: Bundle) -> dict[str, list[str]]:
    return {
        str(arguments.get("name")): str(text).splitlines()
        for arguments, text in bundle.outputs("DescribeResource")
        if str(arguments.get("resource_type")).startswith("resourcequota")
    }


def _quota(bundle: Bundle, name: str, cells: list[list[str]]) -> Quota:
    rows = [row for row in cells if len(row) == 3 and quantity(row[1]) is not None]  # noqa: PLR2004 - resource, used, hard
    return Quota(
        entity=_entity(bundle, "ResourceQuota", name),
        hard=quantities({row[0]: row[2] for row in rows}),
        used=quantities({row[0]: row[1] for row in rows}),
    )


def holders(bundle: Bundle) -> list[Holder]:
    """ConfigMaps and Secrets by name and keys."""
    return [
        Holder(entity=_entity(bundle, kind, name), type=value(found, "Type"), keys=_keys(found))
        for plural, kind in (("configmaps", "ConfigMap"), ("secrets", "Secret"))
        for name, found in bundle.described(plural).items()
    ]


def _keys(found: list[Section]) -> list[str]:
    """A Secret's keys stand before their size, a ConfigMap's before a rule."""
    after = [*found[1:], Section("", "", [])]
    return [
        one.key for one, next_ in zip(found, after, strict=True) if SIZE.fullmatch(one.value) or next_.key == "----"
    ]
