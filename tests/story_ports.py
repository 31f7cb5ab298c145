"""What stands between the machine and its ports in a story: a clock with patience, sources that break, a journal with a listener."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.model.journal import JournalEntry, Topic
from agent.model.question import Gap, GapReason
from agent.ports import Approvals, Journal
from integrations.simulation.clock import ManualClock


class PatientClock:
    """Jumps while the machine works, and stands still while a person is asked, until the story lets time pass."""

    def __init__(self, clock: ManualClock, approvals: Approvals) -> None:
        self._clock, self._approvals, self.patient = clock, approvals, True

    def now(self) -> datetime:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        if self.patient and await self._approvals.pending():
            await asyncio.Event().wait()  # whoever waits for a decision is woken, and cancels this
        await self._clock.sleep(seconds)


class Breakable:
    """A source that can be switched off, for all kinds of questions or for some."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.down: set[str] | bool = False
        self.detail = "connection refused, says the story"
        self.asked: list[Any] = []

    def fail(self) -> None:
        self.down = True

    async def ask(self, question: Any) -> Any:
        self.asked.append(question)
        if self.down is True or (self.down and question.kind in self.down):
            return Gap(reason=GapReason.FAILED, detail=self.detail)
        return await self._source.ask(question)


@dataclass
class Listening:
    """The journal, with somebody listening: `hooks` are called once, when something of their topic is first said."""

    journal: Journal
    hooks: dict[Topic, Callable[[], object]]

    async def say(self, entry: JournalEntry) -> bool:
        said = await self.journal.say(entry)
        if hook := self.hooks.pop(entry.topic, None):
            hook()
        return said

    async def read(self, incident_id: str, after: int = 0) -> list[JournalEntry]:
        return await self.journal.read(incident_id, after)

    async def since(self, after: int, limit: int = 500) -> list[JournalEntry]:
        return await self.journal.since(after, limit)

    async def last(self) -> int:
        return await self.journal.last()
