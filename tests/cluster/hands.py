"""A service account with exactly the rights that the chart gives: those of reading, and some to act in one namespace."""

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from agent.model.action import Action
from docs.rights import RULES
from integrations.kubernetes.access import Need
from integrations.kubernetes.rights import needs
from tests.cluster.control_plane import ControlPlane

RBAC = "/apis/rbac.authorization.k8s.io/v1"
NAME = "hands"
_GROUP = "rbac.authorization.k8s.io"
Right = tuple[Need, str]
"""One verb of a need."""


@dataclass(frozen=True)
class Hands:
    """The account in its namespace; `kubeconfig` is what it connects with. Made by `hands`, taken away by `gone`."""

    plane: ControlPlane
    namespace: str
    kubeconfig: str

    def may(self, rights: Sequence[Right]) -> None:
        """These and no other rights to act, from now on (the server takes a moment)."""
        inside = [each for each in rights if not each[0].cluster]
        nodes = [each for each in rights if each[0].cluster]
        self._set(f"{RBAC}/namespaces/{self.namespace}/roles/{NAME}", inside)
        self._set(f"{RBAC}/clusterroles/{self.namespace}-nodes", nodes)

    def _set(self, path: str, rights: Sequence[Right]) -> None:
        rules = [{"apiGroups": [need.group], "resources": [_named(need)], "verbs": [verb]} for need, verb in rights]
        self.plane.api.patch(path, {"rules": rules})

    def gone(self) -> None:
        """What of it is in no namespace."""
        for kind in ("clusterroles", "clusterrolebindings"):
            for part in ("read", "nodes"):
                self.plane.api.delete(f"{RBAC}/{kind}/{self.namespace}-{part}")


def hands(plane: ControlPlane, namespace: str) -> Hands:
    """The account, which may only read as yet."""
    api = plane.api
    api.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": NAME}})
    read = yaml.safe_load(RULES.read_text())["read"]
    reading = [*read["namespaced"], *read["logs"], *read["cluster"]]
    subjects = [{"kind": "ServiceAccount", "name": NAME, "namespace": namespace}]
    for part, rules in (("read", reading), ("nodes", [])):
        api.create(f"{RBAC}/clusterroles", {"metadata": {"name": f"{namespace}-{part}"}, "rules": rules})
        role = {"apiGroup": _GROUP, "kind": "ClusterRole", "name": f"{namespace}-{part}"}
        body = {"metadata": {"name": f"{namespace}-{part}"}, "subjects": subjects, "roleRef": role}
        api.create(f"{RBAC}/clusterrolebindings", body)
    here = f"{RBAC}/namespaces/{namespace}"
    api.create(f"{here}/roles", {"metadata": {"name": NAME}, "rules": []})
    role = {"apiGroup": _GROUP, "kind": "Role", "name": NAME}
    api.create(f"{here}/rolebindings", {"metadata": {"name": NAME}, "subjects": subjects, "roleRef": role})
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{NAME}/token"
    token = api.create(path, {"spec": {"expirationSeconds": 3600}})["status"]["token"]
    return Hands(plane, namespace, str(plane.kubeconfig_with_token(namespace, token)))


def wanted(actions: Sequence[Action]) -> list[Right]:
    """What the table says these actions need beyond reading, verb by verb."""
    found = [need for action in actions for need in needs(action.kind, action.target.kind)]
    return list({(n.group, _named(n), verb): (n, verb) for n in found for verb in n.verbs.split()}.values())


def _named(need: Need) -> str:
    return f"{need.resource}/{need.subresource}" if need.subresource else need.resource
