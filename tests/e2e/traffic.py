"""What the shop's pods would count: requests, failures and calls along the declared call graph.

Pure arithmetic of pods and time, called by the stage. Every pod's counters only grow while it
lives, and go when it goes, as a real pod's do.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

RATE = 50.0
"""Requests per second that reach a service nobody in the shop calls."""

BAD_IMAGE_RATIO = 0.3
"""What share of requests an image tagged `:bad…` fails."""

SERVER = "http_server_request_duration_seconds_count"
CLIENT = "http_client_request_duration_seconds_count"

Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Actor:
    """One pod that takes part: what its labels, image and environment say of it."""

    namespace: str
    pod: str
    service: str
    upstreams: tuple[str, ...] = ()
    fail_ratio: float = 0.0

    @classmethod
    def of(cls, pod: dict[str, Any]) -> "Actor | None":
        """An API object as an actor; None for one that serves nothing (not ready, going, or no label `app`)."""
        meta, ready = pod["metadata"], False
        for condition in pod.get("status", {}).get("conditions", []):
            ready = ready or (condition["type"] == "Ready" and condition["status"] == "True")
        service = meta.get("labels", {}).get("app")
        if not ready or not service or meta.get("deletionTimestamp"):
            return None
        container = pod["spec"]["containers"][0]
        env = {entry["name"]: entry.get("value", "") for entry in container.get("env", [])}
        bad = container["image"].rpartition(":")[2].startswith("bad")
        return cls(
            namespace=meta["namespace"],
            pod=meta["name"],
            service=service,
            upstreams=tuple(name for name in env.get("UPSTREAMS", "").split(",") if name),
            fail_ratio=float(env.get("FAIL_RATIO") or (BAD_IMAGE_RATIO if bad else 0.0)),
        )


class Traffic:
    """Counters of all live pods; `broken` holds failures that have no cause in the cluster."""

    def __init__(self) -> None:
        self.broken: dict[tuple[str, str], float] = {}
        self._counters: defaultdict[Key, float] = defaultdict(float)

    def play(self, actors: list[Actor], seconds: float) -> None:
        """Let that much time pass for these pods, and forget all others."""
        shops: defaultdict[str, defaultdict[str, list[Actor]]] = defaultdict(lambda: defaultdict(list))
        for actor in actors:
            shops[actor.namespace][actor.service].append(actor)
        for namespace, shop in shops.items():
            self._play_shop(namespace, shop, seconds)
        alive = {(actor.namespace, actor.pod) for actor in actors}
        for key in [key for key in self._counters if _pod_of(key) not in alive]:
            del self._counters[key]

    def render(self) -> str:
        """All counters in Prometheus' text format."""
        lines = []
        for (metric, labels), value in sorted(self._counters.items()):
            inside = ",".join(f'{name}="{text}"' for name, text in labels)
            lines.append(f"{metric}{{{inside}}} {int(value)}")
        return "\n".join([*lines, ""])

    def _play_shop(self, namespace: str, shop: dict[str, list[Actor]], seconds: float) -> None:
        graph = {name: {up for pod in pods for up in pod.upstreams} for name, pods in shop.items()}
        for service, pods in shop.items():
            requests = _load(service, graph) * seconds / len(pods)
            for pod in pods:
                self._count(pod, requests, {up: self._ratio(namespace, up, shop) for up in pod.upstreams})

    def _ratio(self, namespace: str, service: str, shop: dict[str, list[Actor]], depth: int = 8) -> float:
        """The share of calls to a service that fail, its own dependencies included; all of them when no pod serves."""
        pods = shop.get(service, [])
        if not pods or depth == 0:
            return 1.0
        total = 0.0
        for pod in pods:
            well = 1 - self._own(pod)
            for upstream in pod.upstreams:
                well *= 1 - self._ratio(namespace, upstream, shop, depth - 1)
            total += 1 - well
        return total / len(pods)

    def _own(self, pod: Actor) -> float:
        return max(pod.fail_ratio, self.broken.get((pod.namespace, pod.service), 0.0))

    def _count(self, pod: Actor, requests: float, upstreams: dict[str, float]) -> None:
        own = requests * self._own(pod)
        left = requests - own
        self._add(SERVER, pod, "500", own)
        for upstream, ratio in upstreams.items():
            failed = left * ratio
            self._add(CLIENT, pod, "503", failed, upstream)
            self._add(CLIENT, pod, "200", left - failed, upstream)
            self._add(SERVER, pod, "502", failed)
            left -= failed
        self._add(SERVER, pod, "200", left)

    def _add(self, metric: str, pod: Actor, code: str, requests: float, peer: str = "") -> None:
        if requests <= 0:
            return  # like a real client library: no series before the first event
        labels = {"namespace": pod.namespace, "pod": pod.pod, "http_response_status_code": code}
        if metric is SERVER:
            labels |= {"service": pod.service, "http_route": f"/{pod.service}"}
        else:
            labels |= {"server_address": peer}
        self._counters[metric, tuple(sorted(labels.items()))] += requests


def _load(service: str, graph: dict[str, set[str]], depth: int = 8) -> float:
    callers = [name for name, upstreams in graph.items() if service in upstreams and name != service]
    if not callers or depth == 0:
        return RATE
    return sum(_load(caller, graph, depth - 1) for caller in callers)


def _pod_of(key: Key) -> tuple[str, str]:
    labels = dict(key[1])
    return labels["namespace"], labels["pod"]
