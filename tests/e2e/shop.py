"""A small shop in a namespace of its own: checkout calls payments. What happens to it happens through the API.

The changes are those a person with kubectl would make; nothing here goes through Steadyhand's own code.
"""

import time
from typing import Any

from tests.cluster.api import Api, until

REVISION = "deployment.kubernetes.io/revision"
UPSTREAMS = {"payments": "", "checkout": "payments"}
SECRET = "planted-4Kq7vX2m"
"""Every pod template and Deployment holds secrets with this in them; it may turn up nowhere else (story.py looks)."""

CALM_SECONDS = 40
"""How long a shop has run undisturbed before anything happens to it: there must be a normal to compare with."""


class Shop:
    """Two Deployments with their Services; every pod takes part in the stage's play."""

    def __init__(self, api: Api, namespace: str) -> None:
        self.namespace = namespace
        self._api = api
        self._calm_since = 0.0

    def open(self, releases: list[str], replicas: int = 3) -> None:
        """Create both Deployments; checkout goes through these releases one after the other."""
        self._api.namespace(self.namespace)
        for service in UPSTREAMS:
            self._api.service(self.namespace, service, {"app": service})
        self.release("payments", "v1", replicas=2)
        self.release("checkout", releases[0], replicas=replicas)
        slow = {"minReadySeconds": 2, "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}
        notes = {"annotations": {"shop/notes": f"call Jo; admin password={SECRET}-note"}}
        self._api.patch(self._path("checkout"), {"metadata": notes, "spec": slow})
        for tag in releases[1:]:
            self.release("checkout", tag)
        self.settle()

    def release(self, service: str, tag: str, replicas: int | None = None) -> int:
        """Roll out an image, with the password that belongs to it; the number of its revision."""
        self._api.deploy(
            self.namespace,
            service,
            f"shop/{service}:{tag}",
            replicas=replicas,
            env={"UPSTREAMS": UPSTREAMS[service], "DB_PASSWORD": password(tag)},
            labels={"steadyhand-e2e": "shop"},
        )
        return self._revision_live(service)

    def undo_to(self, service: str, revision: int) -> int:
        """What `kubectl rollout undo --to-revision` does; the number that revision has from then on."""
        template = self._replica_sets(service)[revision]["spec"]["template"]
        template["metadata"]["labels"].pop("pod-template-hash")
        self._api.patch(
            self._path(service), [{"op": "replace", "path": "/spec/template", "value": template}], kind="json"
        )
        number = self._revision_live(service)
        self.settle()
        return number

    def forget(self, service: str, revision: int) -> None:
        """Delete an old revision's ReplicaSet: a gap in the numbers."""
        name = self._replica_sets(service)[revision]["metadata"]["name"]
        self._api.delete(f"/apis/apps/v1/namespaces/{self.namespace}/replicasets/{name}")
        until(lambda: revision not in self._replica_sets(service), f"revision {revision} of {service} gone")

    def settle(self) -> None:
        """Wait until no rollout is under way; the calm begins here."""
        for service in UPSTREAMS:
            self._api.rolled_out(self.namespace, service, seconds=180)
        self._calm_since = time.monotonic()

    def stay_calm(self) -> None:
        """Wait until there has been calm for long enough."""
        time.sleep(max(0.0, self._calm_since + CALM_SECONDS - time.monotonic()))

    def meddle(self, service: str) -> None:
        """Somebody else changes the Deployment's spec, without a new revision."""
        self._api.patch(self._path(service), {"spec": {"progressDeadlineSeconds": 333}})

    def deployment(self, service: str) -> dict[str, Any]:
        """The Deployment as it is now."""
        return self._api.deployment(self.namespace, service)

    def generation(self, service: str) -> int:
        """How often the Deployment's spec was changed."""
        return int(self.deployment(service)["metadata"]["generation"])

    def runs(self, service: str, tag: str) -> bool:
        """Whether the Deployment's template is that release's, password and all."""
        container = self.deployment(service)["spec"]["template"]["spec"]["containers"][0]
        env = {each["name"]: each.get("value", "") for each in container["env"]}
        return (container["image"], env["DB_PASSWORD"]) == (f"shop/{service}:{tag}", password(tag))

    def images(self, service: str) -> dict[int, str]:
        """The image of every revision that exists, by number."""
        return {
            number: found["spec"]["template"]["spec"]["containers"][0]["image"]
            for number, found in self._replica_sets(service).items()
        }

    def _revision_live(self, service: str) -> int:
        """The number the controller gave to the newest template, once it has seen it."""

        def seen() -> int:
            found = self.deployment(service)
            current = found.get("status", {}).get("observedGeneration", 0) >= found["metadata"]["generation"]
            return int(found["metadata"].get("annotations", {}).get(REVISION, 0)) if current else 0

        return until(seen, f"revision of {service}")

    def _replica_sets(self, service: str) -> dict[int, dict[str, Any]]:
        path = f"/apis/apps/v1/namespaces/{self.namespace}/replicasets"
        found = self._api.request("GET", path, params={"labelSelector": f"app={service}"})["items"]
        return {int(each["metadata"]["annotations"][REVISION]): each for each in found}

    def _path(self, service: str) -> str:
        return f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{service}"


def password(tag: str) -> str:
    """What a release has in its environment: each another, so that it shows in every diff."""
    return f"{SECRET}-{tag}"
