"""A market of seven small services as real pods in a namespace of its own, under the strictest Pod Security; and what befalls it.

A crowd orders at the counter, which asks the till; the till asks purse and shelf; both ask the vault, the
shelf its larder too, and the purse a bank in another namespace. Whatever goes wrong comes as it comes in
reality: by a release, a setting, an image, a Service or a node, through the API server.
"""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from tests.node.node import PROGRAMS, Node

PORT, PER_SECOND = 8080, 5
CALLS = {
    "counter": ["till"],
    "till": ["purse", "shelf"],
    "purse": ["vault", "bank"],
    "shelf": ["larder", "vault"],
    "larder": [],
    "vault": [],
}
WITHIN = {"counter": 9, "till": 8, "purse": 6, "shelf": 6}
"""Seconds a service waits for those it calls: less than its own callers do, and more than a busy machine takes."""

STRICT = {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted"}
CALM_SECONDS = 60
"""How long it has run undisturbed before anything happens: there must be a normal to compare with."""

READY = {"httpGet": {"path": "/ready", "port": PORT}, "periodSeconds": 1, "failureThreshold": 2}
ABSENT_TAG = "never-built"
WAREHOUSE = {"name": "WAREHOUSE", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "warehouse"}}}


class Market:
    """Two namespaces at first; `open()` fills them, `calm()` waits until it has served for long enough."""

    def __init__(self, node: Node, name: str) -> None:
        self.node, self.name = node, name
        self.namespace = self._place(name)
        self.abroad = self._place(f"{name}-abroad")
        node.api.config(self.namespace, "settings", {"currency": "EUR"})
        self._opened: Future[float] | None = None
        self._cordoned = ""

    def open(self) -> None:
        """Begin with it, if that has not happened; waits for nothing."""
        if self._opened is None:
            self._opened = ThreadPoolExecutor(1).submit(self._open)

    def _open(self) -> float:
        """All services, and when all of them serve, the crowd; the moment since when it is calm."""
        self.release("bank", "first")
        for service in reversed(CALLS):
            self.release(service, "first")
        for service in CALLS:
            self.node.serving(self.namespace, service, replicas(service))
        self.node.serving(self.abroad, "bank", 1)
        self._crowd()
        self.node.serving(self.namespace, "crowd", 1)
        return time.monotonic()

    def _place(self, purpose: str) -> str:
        name = self.node.namespace(purpose)
        self.node.api.patch(f"/api/v1/namespaces/{name}", {"metadata": {"labels": STRICT}})
        self.node.api.config(name, "program", {"service.py": (PROGRAMS / "service.py").read_text()})
        return name

    def _crowd(self) -> None:
        env = {"MARKET": f"http://counter.{self.namespace}:{PORT}/order", "PER_SECOND": str(PER_SECOND)}
        container = self.node.container("crowd", env=_env(env), securityContext=CONFINED)
        template = {"metadata": {"labels": {"app": "crowd"}}, "spec": {**POD, "containers": [container]}}
        spec = {"selector": {"matchLabels": {"app": "crowd"}}, "template": template}
        path = f"/apis/apps/v1/namespaces/{self.namespace}/deployments"
        self.node.api.create(path, {"metadata": {"name": "crowd"}, "spec": spec})

    # --- how it is ---------------------------------------------------------------------------------

    def calm(self) -> None:
        """Wait until it has been open, and nothing has happened, for long enough."""
        self.open()
        assert self._opened
        time.sleep(max(0.0, self._opened.result() + CALM_SECONDS - time.monotonic()))

    def home(self, service: str) -> str:
        """The namespace it is in."""
        return self.namespace if service in CALLS else self.abroad

    def deployment(self, service: str) -> dict[str, Any]:
        """The Deployment as it is now."""
        return self.node.api.deployment(self.home(service), service)

    def generation(self, service: str) -> int:
        """How often the Deployment's spec was changed."""
        return int(self.deployment(service)["metadata"]["generation"])

    def running(self, service: str) -> str:
        """The RELEASE in its template."""
        (container,) = self.deployment(service)["spec"]["template"]["spec"]["containers"]
        return str(next(each["value"] for each in container["env"] if each["name"] == "RELEASE"))

    # --- what befalls it ---------------------------------------------------------------------------

    def release(self, service: str, release: str, env: list[dict[str, Any]] | None = None, **fields: Any) -> None:
        """Roll a release out; `env` and `fields` of the container go with it."""
        place = self.home(service)
        own = {
            "NAME": service,
            "RELEASE": release,
            "CALLS": ",".join(self._url(each) for each in CALLS.get(service, [])),
        }
        if seconds := WITHIN.get(service):
            own["TIMEOUT"] = str(seconds)
        container = {
            "name": "app",
            "image": self.node.image,
            "imagePullPolicy": "IfNotPresent",
            "command": ["python3", "-u", "/program/service.py"],
            "env": [*_env(own), *(env or [])],
            "ports": [{"containerPort": PORT, "name": "http"}],
            "readinessProbe": READY,
            "resources": {"requests": {"cpu": "5m", "memory": "24Mi"}, "limits": {"memory": "96Mi"}},
            "securityContext": CONFINED,
            "volumeMounts": [{"name": "program", "mountPath": "/program", "readOnly": True}],
            **fields,
        }
        program = {"name": "program", "configMap": {"name": "program"}}
        template = {
            "metadata": {"labels": {"app": service}},
            "spec": {**POD, "containers": [container], "volumes": [program]},
        }
        path = f"/apis/apps/v1/namespaces/{place}/deployments"
        api = self.node.api
        if api.find(f"{path}/{service}"):
            api.patch(
                f"{path}/{service}", [{"op": "replace", "path": "/spec/template", "value": template}], kind="json"
            )
            return
        spec = {
            "replicas": replicas(service),
            "selector": {"matchLabels": {"app": service}},
            "template": template,
            **(SLOWLY if service in REPLICATED else AT_ONCE),
        }
        api.create(path, {"metadata": {"name": service, "labels": {"app": service}}, "spec": spec})
        api.service(place, service, {"app": service}, port=PORT)

    def asks_for_a_setting_that_is_not_there(self, service: str) -> None:
        """A release reads a key that nobody has put into the ConfigMap."""
        self.release(service, "warehouses", [WAREHOUSE])

    def asks_for_an_image_that_is_not_there(self, service: str) -> None:
        """A release with a wrong tag."""
        self.release(service, "second", image=f"{self.node.image.rpartition(':')[0]}:{ABSENT_TAG}")

    def is_probed_on_a_wrong_port(self, service: str) -> None:
        """A release whose readiness is asked where nobody listens."""
        self.release(service, "second", readinessProbe={**READY, "httpGet": {"path": "/ready", "port": PORT + 1}})

    def loses_its_pods(self, service: str) -> None:
        """Its Service selects pods that do not exist."""
        path = f"/api/v1/namespaces/{self.namespace}/services/{service}"
        self.node.api.patch(path, {"spec": {"selector": {"app": service, "tier": "gold"}}})

    def is_drained(self, service: str) -> None:
        """Somebody cordons its pod's node, deletes the pod, and forgets both."""
        (pod,) = self.node.api.pods(self.namespace, f"app={service}")
        self._cordoned = pod["spec"]["nodeName"]
        self.node.api.patch(f"/api/v1/nodes/{self._cordoned}", {"spec": {"unschedulable": True}})
        self.node.api.delete(f"/api/v1/namespaces/{self.namespace}/pods/{pod['metadata']['name']}")

    def changes_nothing_that_matters(self, service: str, elsewhere: str) -> None:
        """A release without a fault; once it is through, something else, which nobody here can see into, closes."""
        self.release(service, "second")
        self.whole_again(service)
        self.release(elsewhere, "closed")

    def whole_again(self, service: str) -> None:
        """Wait until its newest template is the only one, and serves."""
        self.node.api.rolled_out(self.home(service), service, seconds=90)

    def close(self) -> None:
        """All its pods go, to leave the machine to the others; the namespaces stay, for rights may be given there."""
        if self._cordoned:  # or no other test finds a place
            self.node.api.patch(f"/api/v1/nodes/{self._cordoned}", {"spec": {"unschedulable": None}})
        for place in (self.namespace, self.abroad):
            self.node.api.delete(f"/apis/apps/v1/namespaces/{place}/deployments")

    def _url(self, service: str) -> str:
        host = service if service in CALLS else f"{service}.{self.abroad}"
        return f"http://{host}:{PORT}/{service}"


REPLICATED = ("counter", "till")
SLOWLY = {"minReadySeconds": 10, "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}
"""Three pods, one after the other, each watched for a while: old and new ones serve side by side for half a minute."""

AT_ONCE = {"strategy": {"type": "Recreate"}}
"""One pod that shares its place with nobody."""

CONFINED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}
POD = {
    "terminationGracePeriodSeconds": 5,
    "automountServiceAccountToken": False,
    "enableServiceLinks": False,
    "securityContext": {"runAsNonRoot": True, "runAsUser": 10002, "seccompProfile": {"type": "RuntimeDefault"}},
}


def replicas(service: str) -> int:
    """How many pods it has."""
    return 3 if service in REPLICATED else 1


def _env(values: dict[str, str]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in values.items()]
