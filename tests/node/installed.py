"""Steadyhand as people install it: the image, by the chart, in a namespace with the strictest Pod Security; and its API.

The image is named by STEADYHAND_E2E_AGENT_IMAGE; in the lab the relay builds and loads it. The volume is a
folder of the node, for the lab provides none.
"""

import base64
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from tests.chart import tool
from tests.chart.releases import Done, Helm
from tests.cluster.api import until
from tests.cluster.control_plane import is_ready
from tests.e2e.daemon import Caller
from tests.node.account import RBAC
from tests.node.market import STRICT
from tests.node.node import Node

AGENT_IMAGE = "STEADYHAND_E2E_AGENT_IMAGE"
RELEASE, PORT = "steadyhand", 8484
QUICK: dict[str, Any] = {
    "verification": {"delay_seconds": 30, "window_seconds": 12, "min_events": 20},
    "budget": {"pause_seconds": 5},
    "policy": {"max_actions_per_hour": 100},
}
"""Everything as shipped, but a test's patience instead of a production's."""

START_SECONDS = 120


@dataclass(frozen=True)
class Version:
    """An image as NAME:TAG, and the chart that goes with it."""

    image: str
    chart: Path

    @classmethod
    def ours(cls) -> Self:
        """What is tested here."""
        return cls(os.environ[AGENT_IMAGE], tool.CHART)


class Installed(Caller):
    """One release of the chart; `upgrade` changes its values or its version, what it knows stays on the volume.

    `given` are Secrets that people have made before, by name.
    """

    def __init__(
        self,
        node: Node,
        folder: Path,
        values: dict[str, Any],
        given: dict[str, dict[str, str]],
        version: Version,
    ) -> None:
        if not os.environ.get(tool.NAMED) and (found := shutil.which("helm")):
            os.environ[tool.NAMED] = found
        self.node, self.folder = node, folder
        self.namespace = node.namespace("sre")
        node.api.patch(f"/api/v1/namespaces/{self.namespace}", {"metadata": {"labels": STRICT}})
        self._volume = f"steadyhand-{secrets.token_hex(3)}"
        self._make_volume()
        for name, data in given.items():
            secret = {"metadata": {"name": name}, "stringData": data}
            node.api.create(f"/api/v1/namespaces/{self.namespace}/secrets", secret)
        self._helm = Helm(folder, node.kubeconfig)
        self._values = values
        self._version = version
        self._ran("install", {})
        token = self.secret("operator")
        super().__init__(f"http://{self._address()}:{PORT}", token)
        # a connection of its own for every request: the pod at the other end may be another one by then
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            transport=httpx.HTTPTransport(retries=5, limits=httpx.Limits(max_keepalive_connections=0), trust_env=False),
            timeout=30,
        )
        self.until_ready()

    def _make_volume(self) -> None:
        """A folder that anybody may write to: the kubelet does not give such a volume to the pod's group."""
        place = self.folder / self._volume
        place.mkdir()
        place.chmod(0o777)
        spec = {
            "capacity": {"storage": "2Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": str(place)},
            "storageClassName": self._volume,
        }
        self.node.api.create("/api/v1/persistentvolumes", {"metadata": {"name": self._volume}, "spec": spec})

    def _ran(self, verb: str, values: dict[str, Any]) -> Done:
        repository, _, tag = self._version.image.rpartition(":")
        own = {
            "image": {"repository": repository, "tag": tag, "pullPolicy": "IfNotPresent"},
            "persistence": {"storageClass": self._volume, "retain": False},
        }
        done = self._helm.run(
            verb, RELEASE, self._version.chart, "--namespace", self.namespace, values={**own, **self._values, **values}
        )
        assert done.ok, done.text
        return done

    def upgrade(self, version: Version | None = None, **values: Any) -> None:
        """`helm upgrade` with these values beside the first ones; returns when the new pod is ready."""
        before = self.pod()["metadata"]["uid"]
        self._version = version or self._version
        self._ran("upgrade", values)
        until(lambda: self._other(before), "another pod of the agent", START_SECONDS)
        self.until_ready()

    def vanishes(self) -> None:
        """Its pod is deleted without any grace, and another one comes up."""
        pod = self.pod()
        path = f"/api/v1/namespaces/{self.namespace}/pods/{pod['metadata']['name']}"
        self.node.api.request("DELETE", path, params={"gracePeriodSeconds": 0})
        until(lambda: self._other(pod["metadata"]["uid"]), "another pod of the agent", START_SECONDS)
        self.until_ready()

    def tested(self) -> None:
        """`helm test`."""
        done = self._helm.run("test", RELEASE, "--namespace", self.namespace, "--logs")
        assert done.ok, done.text

    def uninstall(self) -> None:
        """`helm uninstall`."""
        done = self._helm.run("uninstall", RELEASE, "--namespace", self.namespace, "--wait")
        assert done.ok, done.text

    def pod(self) -> dict[str, Any]:
        """Its pod as it is now; {} while there is none."""
        path = f"/api/v1/namespaces/{self.namespace}/pods/{RELEASE}-0"
        return self.node.api.find(path) or {}

    def secret(self, caller: str) -> str:
        """The token that the chart has made for a caller."""
        found = self.node.api.get(f"/api/v1/namespaces/{self.namespace}/secrets/{RELEASE}-api")
        return base64.b64decode(found["data"][caller]).decode()

    def until_ready(self) -> None:
        """Wait until its pod is ready and its API says so."""
        try:
            until(lambda: is_ready(self.pod()) and self.ready(), f"the agent is ready at {self.url}", START_SECONDS)
        except TimeoutError as late:
            late.add_note(f"its pod: {self.pod().get('status')}\nits log ends with:\n{self.log()[-3000:]}")
            raise

    def log(self) -> str:
        """What its present container has written."""
        path = f"/api/v1/namespaces/{self.namespace}/pods/{RELEASE}-0/log"
        answer = self.node.api._http.get(path)
        return answer.text

    def left(self) -> list[str]:
        """What of it is still in the cluster, in its namespace or outside."""
        api, mine = self.node.api, []
        own = ["pods", "services", "configmaps", "secrets", "serviceaccounts", "persistentvolumeclaims"]
        paths = [f"/api/v1/namespaces/{self.namespace}/{kind}" for kind in own]
        paths += [f"/apis/apps/v1/namespaces/{self.namespace}/statefulsets", f"{RBAC}/clusterroles"]
        paths += [f"/apis/networking.k8s.io/v1/namespaces/{self.namespace}/networkpolicies"]
        paths += [f"{RBAC}/clusterrolebindings", f"{RBAC}/roles", f"{RBAC}/rolebindings"]
        for path in paths:
            for each in api.get(path)["items"]:
                labels = each["metadata"].get("labels") or {}
                if labels.get("app.kubernetes.io/instance") == RELEASE:
                    mine.append(f"{path.rpartition('/')[2]}/{each['metadata']['name']}")
        return mine

    def close(self) -> None:
        """Leave nothing behind, whatever happened before."""
        if self.node.api.find(f"/api/v1/namespaces/{self.namespace}/serviceaccounts/{RELEASE}"):
            self.uninstall()
        self.node.api.delete(f"/api/v1/persistentvolumes/{self._volume}")

    def _address(self) -> str:
        found = self.node.api.get(f"/api/v1/namespaces/{self.namespace}/services/{RELEASE}")
        return str(found["spec"]["clusterIP"])

    def _other(self, uid: str) -> bool:
        pod = self.pod()
        return bool(pod) and pod["metadata"]["uid"] != uid
