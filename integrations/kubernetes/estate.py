"""Puts the raw objects of a namespace together into one `Estate`; pure. Called by inventory.py.

A kind that is missing from `seen` could not be read: its list stays empty, and what would be a
guess without it is left out.
"""

from datetime import datetime

from agent.model.inventory import Component, Estate, Route, Running
from integrations.kubernetes.bounds import autoscaler, disruption_budget, limit_range, quota
from integrations.kubernetes.certificates import certificate
from integrations.kubernetes.configs import holder, release_record
from integrations.kubernetes.declared import KINDS, Owners, declared, running
from integrations.kubernetes.deliveries import deliveries
from integrations.kubernetes.events import told
from integrations.kubernetes.fields import Json, name_of, section
from integrations.kubernetes.grants import grant
from integrations.kubernetes.keeping import keepers
from integrations.kubernetes.machines import machine, node_components, repository, system_components
from integrations.kubernetes.revisions import newest_hash
from integrations.kubernetes.routing import http_route_backends, ingress_backends, network_rule, route
from integrations.kubernetes.storage import claim, disk, storage_classes
from integrations.kubernetes.ways import gateway, way
from integrations.kubernetes.workloads import images

Seen = dict[str, list[Json]]


def estate(namespace: str, seen: Seen, now: datetime) -> tuple[Estate, list[tuple[str, str]]]:
    """The record, and what could be listed and still not be told: (topic, what)."""
    components, unjudged = _components(seen, now)
    found = Estate(
        namespace=namespace,
        at=now,
        workloads=[
            declared(kind, each, newest_hash(kind, each, seen)) for kind in KINDS for each in _sorted(seen.get(kind))
        ],
        pods=_pods(seen),
        routes=_routes(seen),
        backends=[
            *(backend for each in _sorted(seen.get("Ingress")) for backend in ingress_backends(each)),
            *(backend for each in _sorted(seen.get("HTTPRoute")) for backend in http_route_backends(each)),
        ],
        ways=[way(each) for each in _sorted(seen.get("HTTPRoute"))],
        gateways=[gateway(each) for each in _sorted(seen.get("Gateway"))],
        deliveries=deliveries(seen, namespace),
        keepers=keepers(seen),
        machines=[machine(each, seen.get("every Pod"), _repositories(seen)) for each in _sorted(seen.get("Node"))],
        components=components,
        claims=[claim(each) for each in _sorted(seen.get("PersistentVolumeClaim"))],
        disks=[disk(each) for each in _sorted(seen.get("PersistentVolume"))],
        storage_classes=storage_classes(seen.get("StorageClass", [])),
        quotas=[quota(each) for each in _sorted(seen.get("ResourceQuota"))],
        limits=[words for each in _sorted(seen.get("LimitRange")) for words in limit_range(each)],
        holders=[
            holder(kind, each)
            for kind in ("ConfigMap", "Secret")
            for each in _sorted(seen.get(kind))
            if not release_record(each)
        ],
        service_accounts=[name_of(each) for each in _sorted(seen.get("ServiceAccount"))],
        unmounted=[
            name_of(each)
            for each in _sorted(seen.get("ServiceAccount"))
            if each.get("automountServiceAccountToken") is False
        ],
        grants=[grant(each, seen.get("Role")) for each in _sorted(seen.get("RoleBinding"))],
        certificates=[certificate(each) for each in _sorted(seen.get("Certificate"))],
        autoscalers=[autoscaler(each) for each in _sorted(seen.get("HorizontalPodAutoscaler"))],
        budgets=[disruption_budget(each) for each in _sorted(seen["PodDisruptionBudget"])]
        if "PodDisruptionBudget" in seen
        else None,
        priority_classes=[name_of(each) for each in _sorted(seen.get("PriorityClass"))],
        network_rules=[network_rule(each) for each in _sorted(seen.get("NetworkPolicy"))],
        events=told(seen.get("Event", [])),
    )
    untold = [("beyond the namespace", unjudged)] if unjudged else []
    keyless = [each.entity.name for each in found.holders if each.entity.kind == "Secret" and not each.keys]
    if keyless:
        untold.append(("configuration", f"the keys of Secrets {', '.join(keyless[:10])}"))
    return found, untold


def _sorted(found: list[Json] | None) -> list[Json]:
    return sorted(found or [], key=name_of)


def _repositories(seen: Seen) -> frozenset[str]:
    """Of the images that the namespace's workloads run: which of their tags lie on a node decides whether one can come back."""
    templates = [section(each, "spec", "template") for kind in KINDS for each in seen.get(kind, [])]
    return frozenset(repository(image) for template in templates for image in images(template).values())


def _pods(seen: Seen) -> list[Running]:
    owners = Owners(seen)
    return [running(each, owners) for each in _sorted(seen.get("Pod"))]


def _routes(seen: Seen) -> list[Route]:
    """None at all where EndpointSlices are out of sight: a Service without ready endpoints would be a lie."""
    if "EndpointSlice" not in seen:
        return []
    return [route(each, seen["EndpointSlice"]) for each in _sorted(seen.get("Service"))]


def _components(seen: Seen, now: datetime) -> tuple[list[Component], str]:
    nodes = list(node_components(_sorted(seen.get("Node")), seen.get("node Lease", []), now))
    system, unjudged = system_components(seen.get("system Pod", []), seen.get("system Lease", []), now)
    return [*nodes, *system], unjudged
