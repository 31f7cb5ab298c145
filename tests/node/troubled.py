"""A namespace of workloads each of which is in a trouble of its own, all begun at once; and one in which nothing is wrong."""

from typing import Any

from agent.model.entity import Entity, ServiceRef
from tests.node.node import Node

PLANTED = "planted-9Zk3wQ7c"
"""Every container has it in its environment, and the talker prints it."""

ABSENT = "lab.local/never-built:1"


class Troubled:
    """Creates everything and waits for nothing: the tests do."""

    def __init__(self, node: Node) -> None:
        self.namespace = node.namespace("troubled")
        env = [{"name": "PLANTED", "value": PLANTED}]
        small = {"requests": {"memory": "16Mi"}, "limits": {"memory": "32Mi"}}
        closed = {"httpGet": {"port": 8080, "path": "/healthz"}, "periodSeconds": 1}
        kinds: dict[str, dict[str, Any]] = {
            "talker": node.container("talk", env=env),
            "crasher": node.container("crash", env=env),
            "hoarder": node.container("hoard", resources=small),
            "unpulled": node.container("stay", image=ABSENT),
            "unpullable": node.container("stay", image=ABSENT, imagePullPolicy="Never"),
            "unready": node.container("stay", readinessProbe=closed),
            "giant": node.container("stay", resources={"requests": {"cpu": "1000"}}),
        }
        for name, container in kinds.items():
            node.deploy(self.namespace, name, container)
        for name in ("talker", "unready"):
            node.api.service(self.namespace, name, {"app": name}, port=8080)

    def entity(self, name: str) -> Entity:
        return Entity(kind="Deployment", namespace=self.namespace, name=name)

    def service(self, name: str) -> ServiceRef:
        return ServiceRef(namespace=self.namespace, name=name)
