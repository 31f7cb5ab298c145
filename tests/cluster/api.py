"""A plain client for tests: the "kubectl from outside" that makes changes the agent then has to find.

It shares no code with integrations/kubernetes on purpose: a test that reads back through the
adapter it checks would prove little.
"""

import base64
import ssl
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx
import yaml

T = TypeVar("T")

_PATCHES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
}
FAKE_NODE = {"key": "kwok.x-k8s.io/node", "operator": "Exists", "effect": "NoSchedule"}


class Api:
    """JSON in, JSON out, httpx errors for anything but 2xx. `field_manager` is who the changes are said to be by."""

    def __init__(self, kubeconfig: str | Path, field_manager: str = "kubectl", token: str = ""):
        self.kubeconfig = Path(kubeconfig)
        self.field_manager = field_manager
        server, context, found = _credentials(self.kubeconfig, certificates=not token)
        headers = {"Authorization": f"Bearer {token or found}"} if token or found else {}
        self._http = httpx.Client(base_url=server, verify=context, headers=headers, timeout=30, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def request(self, method: str, path: str, **options) -> dict:
        answer = self._http.request(method, path, **options)
        if answer.is_error:
            raise httpx.HTTPStatusError(
                f"{method} {path}: {answer.status_code} {answer.text[:500]}", request=answer.request, response=answer
            )
        return answer.json()

    def get(self, path: str) -> dict:
        return self.request("GET", path)

    def create(self, path: str, body: dict) -> dict:
        return self.request("POST", path, json=body, params={"fieldManager": self.field_manager})

    def put(self, path: str, body: dict) -> dict:
        return self.request("PUT", path, json=body, params={"fieldManager": self.field_manager})

    def patch(self, path: str, body: dict | list, kind: str = "merge") -> dict:
        headers = {"Content-Type": _PATCHES[kind]}
        return self.request("PATCH", path, json=body, headers=headers, params={"fieldManager": self.field_manager})

    def delete(self, path: str) -> dict:
        return self.request("DELETE", path, params={"propagationPolicy": "Background"})

    def namespace(self, name: str) -> str:
        """Create the namespace if it is not there; its name."""
        try:
            self.create("/api/v1/namespaces", {"metadata": {"name": name}})
        except httpx.HTTPStatusError as error:
            if error.response.status_code != httpx.codes.CONFLICT:
                raise
        until(lambda: self.find(f"/api/v1/namespaces/{name}/serviceaccounts/default"), f"ServiceAccount of {name}")
        return name

    def find(self, path: str) -> dict | None:
        """The object, or None where there is none."""
        try:
            return self.get(path)
        except httpx.HTTPStatusError as error:
            if error.response.status_code != httpx.codes.NOT_FOUND:
                raise
            return None

    def config(self, namespace: str, name: str, data: dict[str, str]) -> dict:
        """Create a ConfigMap, or replace its data."""
        path = f"/api/v1/namespaces/{namespace}/configmaps"
        if self.find(f"{path}/{name}") is None:
            return self.create(path, {"metadata": {"name": name}, "data": data})
        return self.patch(f"{path}/{name}", [{"op": "replace", "path": "/data", "value": data}], kind="json")

    def service(self, namespace: str, name: str, selector: dict[str, str], port: int = 80) -> dict:
        body = {"metadata": {"name": name}, "spec": {"selector": selector, "ports": [{"port": port}]}}
        return self.create(f"/api/v1/namespaces/{namespace}/services", body)

    def deploy(
        self,
        namespace: str,
        name: str,
        image: str,
        replicas: int | None = None,
        env: dict[str, str] | None = None,
        labels: dict[str, str] | None = None,
        **container,
    ) -> dict:
        """Create the Deployment, or give the existing one this image and environment (a rollout).

        `labels` go on the pod template beside app=NAME; `container` are further fields of its one container
        (envFrom, resources, …); `replicas` None means 1 for a new one and unchanged for an old one.
        """
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
        old = self.find(f"{path}/{name}")
        template = pod_template(name, image, env or {}, labels or {}, container)
        if old is None:
            spec = {"replicas": 1 if replicas is None else replicas, "selector": {"matchLabels": {"app": name}}}
            body = {"metadata": {"name": name, "labels": {"app": name}}, "spec": {**spec, "template": template}}
            return self.create(path, body)
        operations = [{"op": "replace", "path": "/spec/template", "value": template}]
        if replicas is not None:
            operations.append({"op": "replace", "path": "/spec/replicas", "value": replicas})
        return self.patch(f"{path}/{name}", operations, kind="json")

    def deployment(self, namespace: str, name: str) -> dict:
        return self.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}")

    def scale(self, namespace: str, name: str, replicas: int) -> dict:
        """As `kubectl scale` does it, through the scale subresource."""
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"
        return self.patch(path, {"spec": {"replicas": replicas}})

    def rolled_out(self, namespace: str, name: str, seconds: float = 60) -> dict:
        """Wait until the Deployment's newest template is the only one and all its pods are ready."""

        def done() -> dict | None:
            found = self.deployment(namespace, name)
            status, replicas = found.get("status", {}), found["spec"]["replicas"]
            counts = [status.get(field, 0) for field in ("replicas", "updatedReplicas", "readyReplicas")]
            seen = status.get("observedGeneration", 0) >= found["metadata"]["generation"]
            return found if seen and counts == [replicas] * 3 else None

        return until(done, f"rollout of {namespace}/{name}", seconds)

    def pods(self, namespace: str, selector: str = "") -> list[dict]:
        return self.request("GET", f"/api/v1/namespaces/{namespace}/pods", params={"labelSelector": selector})["items"]


def pod_template(name: str, image: str, env: dict[str, str], labels: dict[str, str], container: dict) -> dict:
    """A pod template of one container that kwok's nodes, and only they, take."""
    variables = [{"name": key, "value": value} for key, value in env.items()]
    first = {"name": "app", "image": image, "env": variables, **container}
    spec = {"containers": [first], "nodeSelector": {"type": "kwok"}, "tolerations": [FAKE_NODE]}
    return {"metadata": {"labels": {"app": name, **labels}}, "spec": spec}


def until(ready: Callable[[], T | None], what: str, seconds: float = 60) -> T:
    """The first truthy answer of `ready`; TimeoutError, saying what was waited for, when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = ready()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"{what}: not within {seconds:g} s")


def _credentials(kubeconfig: Path, *, certificates: bool) -> tuple[str, ssl.SSLContext, str]:
    config = yaml.safe_load(kubeconfig.read_text())
    named = {kind: {item["name"]: item for item in config[kind]} for kind in ("contexts", "clusters", "users")}
    context = named["contexts"][config["current-context"]]["context"]
    cluster, user = named["clusters"][context["cluster"]]["cluster"], named["users"][context["user"]]["user"]
    tls = ssl.create_default_context(cadata=_pem(cluster, "certificate-authority", kubeconfig) or None)
    if cluster.get("insecure-skip-tls-verify"):
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    pair = _pem(user, "client-certificate", kubeconfig) + _pem(user, "client-key", kubeconfig)
    if pair and certificates:
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as both:
            both.write(pair)
            both.flush()
            tls.load_cert_chain(both.name)
    return cluster["server"], tls, user.get("token", "")


def _pem(section: dict, key: str, kubeconfig: Path) -> str:
    if f"{key}-data" in section:
        return base64.b64decode(section[f"{key}-data"]).decode()
    return (kubeconfig.parent / section[key]).read_text() if key in section else ""
