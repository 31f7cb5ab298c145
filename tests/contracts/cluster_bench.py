"""What the cluster contract is told with: the hand that moves a cluster, and the questions every case asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from agent.model.action import Action, Preview, Rollback
from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.inventory import Estate
from agent.model.question import (
    Changes,
    ChangesQuestion,
    Gap,
    Inventory,
    InventoryQuestion,
    Revisions,
    RevisionsQuestion,
    WorkloadQuestion,
    Workloads,
)
from agent.model.record import Window
from agent.model.workload import Revision, Workload
from agent.ports import Actuator, ClusterSource

SECRET = "hunter2-not-to-be-seen"


class Stage(Protocol):
    """Makes things happen in the cluster from outside; every method returns once they have settled."""

    namespace: str

    async def deploy(
        self, name: str, image: str, *, replicas: int | None = None, env: dict[str, str] | None = None, config: str = ""
    ) -> None:
        """Create the Deployment NAME (its Service likewise), or roll the existing one out with this image and env.

        `config` names a ConfigMap its pods take all variables from.
        """

    async def scale(self, name: str, replicas: int) -> None:
        """Set the number of replicas."""

    async def configure(self, name: str, data: dict[str, str]) -> None:
        """Create the ConfigMap NAME, or replace its data."""

    async def settled(self, name: str) -> None:
        """Wait for the end of the rollout under way."""

    async def now(self) -> datetime:
        """The cluster's time."""

    async def later(self, seconds: float) -> None:
        """Let that much of the cluster's time go by: its objects are stamped to the second."""


@dataclass(frozen=True)
class Bench:
    """The pair under test and the hand that moves the cluster."""

    source: ClusterSource
    actuator: Actuator
    stage: Stage

    def entity(self, name: str) -> Entity:
        return Entity(kind="Deployment", namespace=self.stage.namespace, name=name)

    async def workload(self, name: str) -> Workload:
        answer = await self.source.ask(WorkloadQuestion(namespace=self.stage.namespace, name=name))
        assert isinstance(answer, Workloads), answer
        assert len(answer.items) == 1
        return answer.items[0]

    async def estate(self) -> Estate:
        """The namespace's objects."""
        answer = await self.source.ask(InventoryQuestion(namespace=self.stage.namespace))
        assert isinstance(answer, Inventory), answer
        return answer.estate

    async def revisions(self, name: str) -> list[Revision]:
        answer = await self.source.ask(RevisionsQuestion(entity=self.entity(name)))
        assert isinstance(answer, Revisions), answer
        return answer.items

    async def current(self, name: str) -> Revision:
        return next(revision for revision in await self.revisions(name) if revision.current)

    async def changes(self, name: str, kind: ChangeKind | None = None) -> list[Change]:
        """The changes of the last hour to the object of this name, oldest first."""
        now = await self.stage.now()
        window = Window(start=now - timedelta(hours=1), end=now + timedelta(seconds=2))
        answer = await self.source.ask(ChangesQuestion(namespace=self.stage.namespace, window=window))
        assert isinstance(answer, Changes), answer
        assert answer.items == sorted(answer.items, key=lambda change: change.at)
        return [each for each in answer.items if each.entity.name == name and kind in (None, each.kind)]

    async def three_releases(self, name: str) -> list[Revision]:
        """NAME with the images :1, :2 and :3 rolled out one after the other; its revisions, newest first."""
        for version in ("1", "2", "3"):
            await self.stage.deploy(name, f"shop/{name}:{version}", replicas=2, env={"RELEASE": version})
            await self.stage.later(1.1)
        return await self.revisions(name)

    async def preview(self, action: Action) -> Preview:
        answer = await self.actuator.preview(action)
        assert isinstance(answer, Preview), answer
        return answer

    def rollback(self, name: str, revision: Revision) -> Rollback:
        return Rollback(target=self.entity(name), to_revision=revision.number, template_hash=revision.template_hash)


def gap(answer: object) -> Gap:
    assert isinstance(answer, Gap), answer
    assert answer.detail
    return answer
