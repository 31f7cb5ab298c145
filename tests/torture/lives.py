"""Lives an incident through any number of deaths of the process, with a person who answers and an Alertmanager that re-sends."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from io import StringIO
from itertools import chain, repeat
from pathlib import Path
from typing import Any, Self

from agent.errors import Refused
from agent.model.identity import Identity
from agent.model.report import Report
from agent.ports import Ports
from tests.story import Story
from tests.torture.mortal import Life

MOST_LIVES = 150
ENOUGH_SECONDS = 30.0

House = Callable[[Ports], Ports]
"""What is another way in this house; it is inside of what dies."""


class Tale:
    """The story, and how many processes it took; `deaths` counts those that died."""

    story: Story

    def __init__(self, lives: Iterator[Life | None], house: House, people: Sequence[Identity]) -> None:
        self._lives, self._house, self._people = lives, house, people
        self.life = Life()
        self.deaths = 0
        self.somebody_answers = True

    @classmethod
    async def begin(
        cls,
        folder: Path,
        lives: Iterable[Life],
        scenario: str = "bad_release",
        house: House = lambda ports: ports,
        people: Sequence[Identity] = (Identity(name="kim"),),
        **given: Any,
    ) -> Self:
        """One process after the other works until it dies; the last one lives on. All `people` say yes, in a `house`."""
        tale = cls(chain(lives, repeat(None)), house, people)
        tale.story = await Story.begin(folder, scenario, seed=3, around=tale.around, **given)
        return tale

    def around(self, ports: Any, saver: Any) -> Any:
        self.life = next(self._lives) or Life()
        return self.life.around(self._house(ports), saver)

    async def until_closed(self) -> Report:
        """Whoever dies is followed by another process on the same folder."""
        if not self.story.delivered:
            await self._first_alert()
        while not await self._one_life():
            self.deaths += 1
            assert self.deaths < MOST_LIVES, f"no progress: {await self.story.said()}"
            await self._again()
        await self.story.daemon.finished(self.story.incident_id)
        return await self.story.report()

    async def _first_alert(self) -> None:
        alerting = asyncio.create_task(self.story.alerted())
        dying = asyncio.create_task(self.life.died.wait())
        await asyncio.wait({alerting, dying}, return_when=asyncio.FIRST_COMPLETED, timeout=ENOUGH_SECONDS)
        for task in (alerting, dying):
            task.cancel()

    async def _again(self) -> None:
        if self.life.stops:
            await self.story.stop()
        else:
            await self.life.bury()
            await self.story.crash()
        self.story.stage.later(2)
        await self.story.start()

    async def _one_life(self) -> bool:
        """True when the incident was closed in it."""
        world = asyncio.create_task(self._world())
        dying = asyncio.create_task(self.life.died.wait())
        await asyncio.wait({world, dying}, return_when=asyncio.FIRST_COMPLETED, timeout=ENOUGH_SECONDS)
        dying.cancel()
        if world.done() and not self.life.died.is_set():
            world.result()
            return True
        assert self.life.died.is_set(), f"neither closed nor dead: {_stacks()}"
        world.cancel()
        await asyncio.gather(world, return_exceptions=True)
        return False

    async def _world(self) -> None:
        """Alertmanager repeats what was not confirmed, and everybody asked says yes to every question."""
        await self.story.receives(self.story.delivered)
        while not (await self.story.incident()).phase.closed():
            for question in await self.story.daemon.pending() if self.somebody_answers else []:
                for who in self._people:
                    with suppress(Refused):
                        await self.story.approve(question, who)
            await asyncio.sleep(0.002)
        await self.story.daemon.finished(self.story.incident_id)


def _stacks() -> str:
    """Where every task stands, for the one failure that says nothing else."""
    text = StringIO()
    for task in asyncio.all_tasks():
        task.print_stack(limit=4, file=text)
    return text.getvalue()
