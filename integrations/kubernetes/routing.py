"""How traffic finds pods: Services with their endpoints, Ingress and HTTPRoute backends, NetworkPolicies.

Called by estate.py.
"""

from collections.abc import Iterator

from agent.model.entity import Entity
from agent.model.inventory import Backend, NetworkRule, Route
from integrations.kubernetes.declared import entity
from integrations.kubernetes.fields import Json, at, items, name_of, number, section, strings, text, texts
from integrations.kubernetes.services import SERVICE_LABEL
from integrations.kubernetes.templates import port, requirements


def route(service: Json, slices: list[Json]) -> Route:
    """A Service and the EndpointSlices of its namespace. A missing or null "ready" means ready: the API's rule."""
    name = name_of(service)
    ready: set[str] = set()
    waiting: set[str] = set()
    for each in slices:
        if text(each, "metadata", "labels", SERVICE_LABEL) != name:
            continue
        ports = [number(one, "port") for one in items(each, "ports")]
        for endpoint in items(each, "endpoints"):
            into = waiting if at(endpoint, "conditions", "ready") is False else ready
            into.update(_joined(address, one) for address in strings(endpoint, "addresses") for one in ports)
    cluster_address = text(service, "spec", "clusterIP")
    return Route(
        entity=entity("Service", service),
        type=text(service, "spec", "type") or "ClusterIP",
        selector=texts(service, "spec", "selector"),
        ports=[port(each, "port") for each in items(service, "spec", "ports")],
        ready=sorted(ready),
        not_ready=sorted(waiting),
        cluster_address="" if cluster_address == "None" else cluster_address,  # headless
        external_name=text(service, "spec", "externalName"),
    )


def _joined(address: str, number_: int) -> str:
    return f"[{address}]:{number_}" if ":" in address else f"{address}:{number_}"


def ingress_backends(found: Json) -> list[Backend]:
    """Every path of an Ingress, its default backend included; backends that are no Service are left out."""
    here = entity("Ingress", found)
    default = section(found, "spec", "defaultBackend")
    told = [("", "", default)] if default else []
    for rule in items(found, "spec", "rules"):
        told += [
            (text(rule, "host"), text(path, "path"), section(path, "backend")) for path in items(rule, "http", "paths")
        ]
    return [
        Backend(entity=here, host=host, path=path, service=text(to, "service", "name"), port=_ingress_port(to))
        for host, path, to in told
        if text(to, "service", "name")
    ]


def _ingress_port(to: Json) -> str:
    return text(to, "service", "port", "name") or str(number(to, "service", "port", "number") or "")


def http_route_backends(found: Json) -> list[Backend]:
    """Every backend of an HTTPRoute that is a Service of its own namespace."""
    here = entity("HTTPRoute", found)
    hosts = strings(found, "spec", "hostnames") or [""]
    return [
        Backend(entity=here, host=host, path=path, service=text(to, "name"), port=str(number(to, "port") or ""))
        for rule in items(found, "spec", "rules")
        for path in _paths(rule)
        for to in items(rule, "backendRefs")
        if _service_here(to, here)
        for host in hosts
    ]


def _paths(rule: Json) -> list[str]:
    return [text(match, "path", "value") for match in items(rule, "matches")] or [""]


def _service_here(to: Json, here: Entity) -> bool:
    local = text(to, "namespace") in ("", here.namespace)
    return local and (text(to, "kind") or "Service") == "Service" and bool(text(to, "name"))


def network_rule(found: Json) -> NetworkRule:
    """A NetworkPolicy. Without policyTypes it closes ingress, and egress if it has rules for it: the API's rule."""
    spec = section(found, "spec")
    types = strings(spec, "policyTypes") or ["Ingress", *(["Egress"] if items(spec, "egress") else [])]
    allows = [*_allowed("from", items(spec, "ingress")), *_allowed("to", items(spec, "egress"))]
    return NetworkRule(
        entity=entity("NetworkPolicy", found),
        selector=texts(spec, "podSelector", "matchLabels"),
        requirements=requirements(section(spec, "podSelector")),
        ingress="Ingress" in types,
        egress="Egress" in types,
        allows=allows,
    )


def _allowed(direction: str, rules: list[Json]) -> Iterator[str]:
    for rule in rules:
        peers = [_peer(each) for each in items(rule, direction)] or ["anyone"]
        ports = [_port(each) for each in items(rule, "ports")]
        yield f"{direction} {' or '.join(peers)}" + (f" on {', '.join(ports)}" if ports else "")


def _peer(found: Json) -> str:
    block = text(found, "ipBlock", "cidr")
    if block:
        return block
    parts = []
    for key, what in (("podSelector", "pods"), ("namespaceSelector", "namespaces")):
        if key in found:
            labels = texts(found, key, "matchLabels")
            parts.append(
                f"{what} {','.join(f'{k}={v}' for k, v in sorted(labels.items()))}" if labels else f"all {what}"
            )
    return " in ".join(parts) or "anyone"


def _port(found: Json) -> str:
    where = at(found, "port")
    return f"{text(found, 'protocol') or 'TCP'} {where if isinstance(where, str | int) else 'any'}"
