"""The contract suite's `Stage` on a real control plane, through the plain test client."""

import asyncio
from datetime import UTC, datetime

from tests.cluster.api import Api


class ClusterStage:
    """Moves one namespace of a real cluster; blocking calls run in threads."""

    def __init__(self, api: Api, namespace: str):
        self.api = api
        self.namespace = api.namespace(namespace)

    async def deploy(
        self, name: str, image: str, *, replicas: int | None = None, env: dict[str, str] | None = None, config: str = ""
    ) -> None:
        source = {"envFrom": [{"configMapRef": {"name": config}}]} if config else {}
        if self.api.find(f"/api/v1/namespaces/{self.namespace}/services/{name}") is None:
            self.api.service(self.namespace, name, {"app": name})
        await asyncio.to_thread(self.api.deploy, self.namespace, name, image, replicas, env, **source)
        await self.settled(name)

    async def scale(self, name: str, replicas: int) -> None:
        await asyncio.to_thread(self.api.scale, self.namespace, name, replicas)
        await self.settled(name)

    async def configure(self, name: str, data: dict[str, str]) -> None:
        await asyncio.to_thread(self.api.config, self.namespace, name, data)

    async def settled(self, name: str) -> None:
        await asyncio.to_thread(self.api.rolled_out, self.namespace, name)

    async def now(self) -> datetime:
        return datetime.now(UTC)

    async def later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
