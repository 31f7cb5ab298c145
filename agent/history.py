"""The ports of what configuration held over time: where contents are seen, and where they are kept.

A part of agent.ports; RestoreConfig takes from it what it puts back.
"""

from datetime import datetime
from typing import Protocol

from agent.model.content import Content, HistoryLimits, Version
from agent.model.entity import Entity
from agent.model.question import Gap


class Contents(Protocol):
    """What ConfigMaps held, version by version: where RestoreConfig takes from what it puts back."""

    async def keep(self, content: Content) -> bool:
        """Append it; where the newest version of the object has its digest, that one was only seen longer: False."""

    async def get(self, entity: Entity, digest: str) -> Content | None:
        """The newest with that digest, or None."""

    async def versions(self, entity: Entity) -> list[Version]:
        """All of an object's, without their values, in the order they were recorded."""

    async def trim(self, limits: HistoryLimits, now: datetime) -> int:
        """Drop what is beyond the limits (agent.policy.contents.outdated); how many went."""


class ContentSource(Protocol):
    """Where contents are seen: a Kubernetes API."""

    async def contents(self, namespace: str, limits: HistoryLimits, at: datetime) -> list[Content] | Gap:
        """Every ConfigMap of a namespace as it is now, as far as it may be kept. Never raises."""


class Shelf:
    """Contents for an actuator that is built before the store is open; until then nothing is recorded."""

    def __init__(self) -> None:
        self._contents: Contents | None = None

    def open(self, contents: Contents) -> None:
        """From now on these are meant."""
        self._contents = contents

    async def keep(self, content: Content) -> bool:
        """As the port says."""
        return await self._contents.keep(content) if self._contents else False

    async def get(self, entity: Entity, digest: str) -> Content | None:
        """As the port says."""
        return await self._contents.get(entity, digest) if self._contents else None

    async def versions(self, entity: Entity) -> list[Version]:
        """As the port says."""
        return await self._contents.versions(entity) if self._contents else []

    async def trim(self, limits: HistoryLimits, now: datetime) -> int:
        """As the port says."""
        return await self._contents.trim(limits, now) if self._contents else 0


class Unseen:
    """A ContentSource that sees nothing: without a cluster, in replays."""

    async def contents(self, namespace: str, limits: HistoryLimits, at: datetime) -> list[Content] | Gap:
        """Nothing."""
        del namespace, limits, at
        return []


UNSEEN = Unseen()
