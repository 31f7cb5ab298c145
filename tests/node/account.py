"""A ServiceAccount with rights of its own, and a kubeconfig that carries its token: for Prometheus, and for a reader."""

import json
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.control_plane import kubeconfig_text
from tests.node.node import Node

RBAC = "/apis/rbac.authorization.k8s.io/v1"
SECONDS = 7200


class Account:
    """What it may do in its namespace: the rules of a Role made for it, or the name of a ClusterRole that is there."""

    def __init__(self, node: Node, namespace: str, name: str, may: list[dict[str, Any]] | str) -> None:
        api = node.api
        path = f"{RBAC}/namespaces/{namespace}"
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": may}
        if not isinstance(may, str):
            api.create(f"{path}/roles", {"metadata": {"name": name}, "rules": may})
            role = {**role, "kind": "Role", "name": name}
        api.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": name}})
        subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
        api.create(f"{path}/rolebindings", {"metadata": {"name": name}, "roleRef": role, "subjects": [subject]})
        asked = {"spec": {"expirationSeconds": SECONDS}}
        answer = api.create(f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token", asked)
        self.token: str = answer["status"]["token"]
        self._administrator = node.kubeconfig

    def kubeconfig(self, path: Path) -> Path:
        """Written to `path`; certificate files are named in full, the folder being another one."""
        cluster = dict(yaml.safe_load(self._administrator.read_text())["clusters"][0]["cluster"])
        if file := cluster.get("certificate-authority"):
            cluster["certificate-authority"] = str(self._administrator.parent / file)
        path.write_text(kubeconfig_text(cluster, {"token": self.token}))
        return path


def server(kubeconfig: Path) -> str:
    """The URL of the API server."""
    return str(json.loads(kubeconfig.read_text())["clusters"][0]["cluster"]["server"])
