"""The identity the daemon works under: a ServiceAccount that may read what an investigation reads and write Deployments.

That keeps its writes apart from everybody else's in the API server's audit log, and shows that these
rights are enough. Used by theatre.py.
"""

from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.cluster.api import Api
from tests.cluster.control_plane import kubeconfig_text

NAMESPACE = "steadyhand-e2e"
USER = f"system:serviceaccount:{NAMESPACE}:steadyhand"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
READ = ["get", "list", "watch"]
RULES = [
    {
        "apiGroups": ["apps"],
        "resources": ["deployments", "replicasets", "statefulsets", "daemonsets", "controllerrevisions"],
        "verbs": READ,
    },
    {"apiGroups": ["apps"], "resources": ["deployments", "deployments/scale"], "verbs": ["get", "update", "patch"]},
    {
        "apiGroups": [""],
        "resources": ["pods", "pods/log", "services", "events", "nodes", "configmaps", "secrets", "namespaces"],
        "verbs": READ,
    },
    {
        "apiGroups": [""],
        "resources": [
            "persistentvolumeclaims",
            "persistentvolumes",
            "resourcequotas",
            "limitranges",
            "serviceaccounts",
        ],
        "verbs": READ,
    },
    {"apiGroups": ["batch"], "resources": ["jobs", "cronjobs"], "verbs": READ},
    {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses", "networkpolicies"], "verbs": READ},
    {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"], "verbs": READ},
    {"apiGroups": ["argoproj.io"], "resources": ["applications", "rollouts"], "verbs": READ},
    {"apiGroups": ["gateway.networking.k8s.io"], "resources": ["httproutes", "gateways"], "verbs": READ},
    {"apiGroups": ["cert-manager.io"], "resources": ["certificates"], "verbs": READ},
    {"apiGroups": ["storage.k8s.io"], "resources": ["storageclasses"], "verbs": READ},
    {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": READ},
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": READ},
    {"apiGroups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": READ},
    {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": READ},
    {"apiGroups": ["scheduling.k8s.io"], "resources": ["priorityclasses"], "verbs": READ},
]


class Identity:
    """A token of that ServiceAccount, and kubeconfigs that carry it."""

    def __init__(self, api: Api) -> None:
        self._api = api
        api.namespace(NAMESPACE)
        accounts = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts"
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": NAMESPACE}
        subject = {"kind": "ServiceAccount", "name": "steadyhand", "namespace": NAMESPACE}
        _create(api, accounts, {"metadata": {"name": "steadyhand"}})
        _create(api, f"{RBAC}/clusterroles", {"metadata": {"name": NAMESPACE}, "rules": RULES})
        binding = {"metadata": {"name": NAMESPACE}, "roleRef": role, "subjects": [subject]}
        _create(api, f"{RBAC}/clusterrolebindings", binding)
        asked = {"spec": {"expirationSeconds": 7200}}
        self._token = api.create(f"{accounts}/steadyhand/token", asked)["status"]["token"]

    def kubeconfig(self, path: Path) -> Path:
        """One that goes straight to the API server."""
        cluster = yaml.safe_load(self._api.kubeconfig.read_text())["clusters"][0]["cluster"]
        path.write_text(kubeconfig_text(cluster, {"token": self._token}))
        return path

    def kubeconfig_through(self, url: str, path: Path) -> Path:
        """One that goes to a gate, which adds the token."""
        path.write_text(kubeconfig_text({"server": url}, {}))
        return path

    def withdraw(self) -> None:
        """The cluster forgets it; another one of the same session may have seen to that."""
        places = f"{RBAC}/clusterrolebindings", f"{RBAC}/clusterroles", "/api/v1/namespaces"
        for place in places:
            try:
                self._api.delete(f"{place}/{NAMESPACE}")
            except httpx.HTTPStatusError as gone:
                if gone.response.status_code != httpx.codes.NOT_FOUND:
                    raise

    def client(self) -> httpx.Client:
        """What a gate forwards with."""
        return Api(self._api.kubeconfig, token=self._token)._http


def _create(api: Api, path: str, body: dict[str, Any]) -> None:
    try:
        api.create(path, body)
    except httpx.HTTPStatusError as error:
        if error.response.status_code != httpx.codes.CONFLICT:
            raise
