"""The address of one resource of the API, built from names that may come from an alert and are not trusted."""

import re
from dataclasses import dataclass

from integrations.kubernetes.failure import Failure, Trouble

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
WORKLOADS = {"Deployment": "deployments", "StatefulSet": "statefulsets", "DaemonSet": "daemonsets"}
ARGO = "argoproj.io"

OF_SETS = ("Deployment", "Rollout")
"""Kinds that make their pods through ReplicaSets."""


@dataclass(frozen=True)
class Route:
    """A collection, or one object of it when `name` is set. `api` is "v1" or GROUP/VERSION."""

    api: str
    resource: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def extension(self) -> bool:
        """Whether the kind is not of Kubernetes itself: its groups have no dot, or end in k8s.io."""
        group = self.api.rpartition("/")[0]
        return "." in group and not group.endswith(".k8s.io")

    @property
    def path(self) -> str:
        """The URL's path. Raises Failure(EMPTY): nothing can exist under a name Kubernetes does not allow."""
        for part in (self.namespace, self.name):
            if part and (not _NAME.fullmatch(part) or ".." in part):
                raise Failure(Trouble.EMPTY, f"{part[:80]!r} is no name a Kubernetes object can have")
        root = f"/apis/{self.api}" if "/" in self.api else f"/api/{self.api}"
        scope = f"/namespaces/{self.namespace}" if self.namespace else ""
        parts = [self.resource, self.name, self.subresource]
        return root + scope + "".join(f"/{part}" for part in parts if part)

    def __str__(self) -> str:
        group = self.api.rpartition("/")[0]
        kind = (f"{self.resource}.{group}" if group else self.resource) + (
            f"/{self.subresource}" if self.subresource else ""
        )
        where = f" in namespace {self.namespace}" if self.namespace else ""
        return f"{kind} {self.name}{where}" if self.name else f"{kind}{where}"


def deployment(namespace: str, name: str) -> Route:
    """One Deployment."""
    return Route("apps/v1", "deployments", namespace, name)


def workload(kind: str, namespace: str, name: str = "") -> Route:
    """A Deployment, StatefulSet, DaemonSet or Argo Rollout, or all of them. Raises Failure(EMPTY) for any other kind."""
    if kind == "Rollout":
        return Route(f"{ARGO}/v1alpha1", "rollouts", namespace, name)
    if kind not in WORKLOADS:
        raise Failure(Trouble.EMPTY, f"{kind} {namespace}/{name} is no Deployment, StatefulSet, DaemonSet or Rollout")
    return Route("apps/v1", WORKLOADS[kind], namespace, name)
