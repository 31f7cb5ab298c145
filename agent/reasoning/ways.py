"""Do the ways into a namespace lead to Services that are there, at ports they have? By specs alone.

Called by the detector and the probe of ways in. Only what the API server defines: Ingress and HTTPRoute.
"""

import re
from collections.abc import Iterator

from agent.model.entity import Entity
from agent.model.inventory import Backend, Estate, Route
from agent.model.message import Message
from agent.model.question import Inventory, InventoryQuestion
from agent.model.way import Listener, Parent, Way
from agent.reasoning.facts import Facts
from agent.reasoning.reach import alike

KINDS = ("Ingress", "HTTPRoute")
NEARLY, SAME = 0.75, 0.9
"""How alike a name that is not there and one that is must be to mean it, and a path's first word and a Service."""

UNROUTED = re.compile(r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE) (?:https?://[^/\s]+)?(/[^\s?\"]{1,200})[^\s\"]*(?: HTTP/[\d.]+)?\"? +404\b")  # fmt: skip
"""A line of an access log (common log format, Envoy, nginx): nobody answers for the path."""


def backends(facts: Facts, estate: Estate) -> list[Backend]:
    """What Ingresses and HTTPRoutes name; none where Services could not be read: they would all be missing."""
    unseen = [said for answer in facts.answers(InventoryQuestion, Inventory) for said in answer.unseen]
    if any(said.startswith("services:") for said in unseen):
        return []
    return [backend for backend in estate.backends if backend.entity.kind in KINDS]


def service_named(estate: Estate, name: str) -> Route | None:
    """The Service of this name."""
    return next((route for route in estate.routes if route.entity.name == name), None)


def fault(estate: Estate, backend: Backend) -> str:
    """What is wrong with where a path leads: an outcome of the probe, "" for nothing."""
    route = service_named(estate, backend.service)
    if route is None:
        return "no such service"
    ports = {str(port.number) for port in route.ports} | {port.name for port in route.ports if port.name}
    return "no such port" if backend.port and ports and backend.port not in ports else ""


def about(estate: Estate, backend: Backend) -> Entity:
    """The Service a backend is about: the one it names, else the one it nearly names and to which nothing else leads."""
    routed = {other.service for other in estate.backends}
    lone = [route.entity.name for route in estate.routes if route.entity.name not in routed]
    best = max(((alike(name, backend.service), name) for name in lone), default=(0.0, ""))
    there = service_named(estate, backend.service) is not None
    name = best[1] if not there and best[0] >= NEARLY else backend.service
    return Entity(kind="Service", namespace=estate.namespace, name=name)


def detached(estate: Estate, way: Way) -> str:
    """Why no Gateway can take a route, by the specs of both; "" where one can, or it cannot be told."""
    if not estate.gateways or not way.parents:
        return ""
    reasons = [_closed(estate, way, parent) for parent in way.parents]
    return "; ".join(reasons) if all(reasons) else ""


def _closed(estate: Estate, way: Way, parent: Parent) -> str:
    gateway = next((one for one in estate.gateways if one.entity == parent.entity), None)
    if gateway is None:
        return f"there is no {parent.entity}"
    meant = [one for one in gateway.listeners if parent.section in ("", one.name) and parent.port in (0, one.port)]
    if not meant:
        return f"{parent.entity} has no listener {parent.section or parent.port}"
    open_ = [one for one in meant if _takes(one, same=gateway.entity.namespace == way.entity.namespace)]
    if not open_:
        return f"{parent.entity} takes no routes of namespace {way.entity.namespace}"
    if not any(_hosts_meet(one, way.hosts) for one in open_):
        listening = ", ".join(sorted({one.hostname for one in open_}))
        return f"{parent.entity} listens for {listening}, the route is for {', '.join(way.hosts[:3])}"
    return ""


def _takes(listener: Listener, *, same: bool) -> bool:
    return listener.takes_from in ("All", "Selector") or (listener.takes_from == "Same" and same)


def _hosts_meet(listener: Listener, hosts: list[str]) -> bool:
    return not listener.hostname or not hosts or any(_meet(listener.hostname, host) for host in hosts)


def _meet(one: str, other: str) -> bool:
    """A wildcard stands for one or more labels."""
    if one == other:
        return True
    wild, plain = (one, other) if one.startswith("*.") else (other, one)
    return wild.startswith("*.") and plain.endswith(wild[1:])


def astray(facts: Facts, estate: Estate) -> Iterator[tuple[Entity, str, Message]]:
    """Paths that callers ask for and get a 404 for, whose first word names a Service: that Service, path and line."""
    names = [route.entity.name for route in estate.routes]
    for message in facts.messages:
        for match in UNROUTED.finditer(message.text):
            word = next((part for part in match[1].split("/") if part), "")
            best = max(((alike(word, name), name) for name in names), default=(0.0, ""))
            if best[0] >= SAME:
                yield Entity(kind="Service", namespace=estate.namespace, name=best[1]), match[1], message


def leads(facts: Facts, estate: Estate, path: str) -> set[str]:
    """The Services that get a path, by the longest prefix of any host."""
    prefixed = [(_plain(one.path), one.service) for one in backends(facts, estate) if _covers(_plain(one.path), path)]
    longest = max((len(prefix) for prefix, _ in prefixed), default=0)
    return {service for prefix, service in prefixed if len(prefix) == longest}


def _plain(path: str) -> str:
    """What of a path is no pattern."""
    return re.split(r"[(\[*^$.?+]", path)[0].rstrip("/")


def _covers(prefix: str, path: str) -> bool:
    return not prefix or path == prefix or path.startswith(f"{prefix}/")
