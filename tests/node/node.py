"""A cluster with a real kubelet, as the tests of this tier hold it: namespaces that go again, workloads that really run.

The containers run Python programs of programs/, given as text on their command line, so that one
image with a Python interpreter is all that is needed.
"""

import asyncio
import json
import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from tests.cluster.api import Api, until
from tests.cluster.control_plane import is_ready

T = TypeVar("T")
PROGRAMS = Path(__file__).parent / "programs"
IMAGE = "STEADYHAND_E2E_NODE_IMAGE"
PATIENCE_SECONDS = 120


class Node:
    """The cluster of a kubeconfig; every namespace made here is deleted by `close()`."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self.api = Api(kubeconfig)
        self.image = os.environ.get(IMAGE) or "python:3.12-slim"
        self._namespaces: list[str] = []

    def namespace(self, purpose: str) -> str:
        """A new one; its name."""
        name = self.api.namespace(f"{purpose}-{secrets.token_hex(3)}")
        self._namespaces.append(name)
        return name

    def container(self, program: str, **fields: Any) -> dict[str, Any]:
        """A container that runs a program of programs/; `fields` are further ones of the API object."""
        command = ["python3", "-u", "-c", (PROGRAMS / f"{program}.py").read_text()]
        return {"name": "app", "image": self.image, "imagePullPolicy": "IfNotPresent", "command": command, **fields}

    def deploy(self, namespace: str, name: str, container: dict[str, Any], **spec: Any) -> None:
        """Create the Deployment, or roll the existing one out with this container; `spec` are fields of its spec."""
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
        template = {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": [container], "terminationGracePeriodSeconds": 1},
        }
        if self.api.find(f"{path}/{name}"):
            changes = [{"op": "add", "path": f"/spec/{field}", "value": value} for field, value in spec.items()]
            changes.append({"op": "replace", "path": "/spec/template", "value": template})
            self.api.patch(f"{path}/{name}", changes, kind="json")
            return
        whole = {"selector": {"matchLabels": {"app": name}}, "template": template, **spec}
        self.api.create(path, {"metadata": {"name": name, "labels": {"app": name}}, "spec": whole})

    def serving(self, namespace: str, name: str, count: int, seconds: float = PATIENCE_SECONDS) -> list[str]:
        """Wait until exactly so many pods are there, all of them ready; their names."""

        pods: list[dict[str, Any]] = []

        def ready() -> list[str] | None:
            found = self.api.pods(namespace, f"app={name}")
            pods[:] = [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]
            good = [pod["metadata"]["name"] for pod in pods if is_ready(pod)]
            return sorted(good) if len(good) == len(pods) == count else None

        try:
            return until(ready, f"{count} ready pods of {namespace}/{name}", seconds)
        except TimeoutError as late:
            late.add_note(f"last seen: {json.dumps([pod.get('status') for pod in pods], indent=1)}")
            raise

    def close(self) -> None:
        """Delete what was made."""
        for name in self._namespaces:
            self.api.delete(f"/api/v1/namespaces/{name}")
        self.api.close()


async def eventually(look: Callable[[], Awaitable[T | None]], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """The first truthy answer of a coroutine function asked again and again; TimeoutError when there is none in time."""
    end = asyncio.get_running_loop().time() + seconds
    while not (found := await look()):
        if asyncio.get_running_loop().time() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        await asyncio.sleep(0.5)
    return found
