"""What is put together elsewhere and handed around: the outside world behind the ports, a simulated shop, a listening door.

`agent.wiring` builds them.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from agent.freshness import UNKEPT, Freshness
from agent.history import UNSEEN, ContentSource, Shelf
from agent.model.question import Question
from agent.ports import SILENT, Actuator, Calendars, Clock, ClusterSource, MetricSource, Notices
from agent.silences import UNASKED, Silences


@dataclass(frozen=True)
class World:
    """The part of the ports that is not ours: a real cluster and its metrics, or a simulated shop."""

    clock: Clock
    metrics: MetricSource
    cluster: ClusterSource
    actuator: Actuator
    calendars: Calendars | None = None
    notices: Notices = field(default=SILENT, kw_only=True)
    configs: ContentSource = field(default=UNSEEN, kw_only=True)
    shelf: Shelf = field(default_factory=Shelf, kw_only=True)  # where its actuator takes recorded contents from
    silences: Silences = field(default=UNASKED, kw_only=True)
    freshness: Freshness = field(default=UNKEPT, kw_only=True)


@dataclass(frozen=True, kw_only=True)
class RecordedWorld(World):
    """The world of a recording, and the two things a replay needs to know of it."""

    enter: Callable[[str], None]  # tell its clock which step begins
    unrecorded: list[Question]  # asked of it, but not in the recording


class Server(Protocol):
    """A listening HTTP door."""

    port: int

    async def start(self) -> None:
        """Accept connections."""

    async def stop(self) -> None:
        """Close it."""


@dataclass(frozen=True)
class Shop:
    """The simulated shop: a world, its alert manager, and the incidents that can be staged in it."""

    world: World
    alerts: Callable[[str], Coroutine[object, object, None]]  # runs until cancelled, telling this webhook URL
    stage: Mapping[str, Callable[[], object]]  # by name; makes it happen now
