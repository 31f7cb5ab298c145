"""A process that dies at a chosen moment: everything durable and everything that acts hangs there, then is gone.

`Life.around` goes between the machine and its ports. Death is abrupt: the call in which it happens
never returns, and whatever the dying process still tries (handlers, `finally`) reaches nothing.
"""

import asyncio
import dataclasses
from collections import Counter
from typing import Any, Literal

from langgraph.checkpoint.base import BaseCheckpointSaver

from agent.ports import Ports

When = Literal["before", "after"]


class Dead(Exception):
    """A dead process reaches nothing."""


class Life:
    """Until the n-th call of a kind, just before it or just after it; without a kind, until the n-th call of any.

    One that `stops` does not die then: it is asked to stop, and drained.
    """

    def __init__(self, kind: str = "", n: int = 0, when: When = "before", *, stops: bool = False) -> None:
        self._kind, self._n, self._when, self.stops = kind, n, when, stops
        self.calls: Counter[str] = Counter()
        self.died = asyncio.Event()
        self.died_at = ""
        self._flying: set[asyncio.Future[Any]] = set()
        self._hung: set[asyncio.Task[Any]] = set()

    async def through(self, kind: str, call: Any) -> Any:
        if self.died.is_set() and not self.stops:
            call.close()
            raise Dead
        self.calls[kind] += 1
        count = self.calls[kind] if self._kind else self.calls.total()
        fatal = count == self._n and self._kind in ("", kind)
        if fatal:
            self.died_at = f"{self._when} {kind}"
        if fatal and self._when == "before":
            call.close()
            await self._die()
        flight = asyncio.ensure_future(call)
        self._flying.add(flight)
        answer = await asyncio.shield(flight)
        if fatal:
            await self._die()
        return answer

    async def _die(self) -> None:
        self.died.set()
        if self.stops:
            return
        if task := asyncio.current_task():
            self._hung.add(task)
        await asyncio.Event().wait()

    async def bury(self) -> None:
        """What was on its way to the disk arrives or does not, as a whole; nothing else of the process is left."""
        await asyncio.gather(*self._flying, return_exceptions=True)
        for task in self._hung:
            task.cancel()

    def around(self, ports: Ports, saver: BaseCheckpointSaver[Any]) -> tuple[Ports, BaseCheckpointSaver[Any]]:
        """The same ports, mortal."""
        names = [each.name for each in dataclasses.fields(ports.store)]
        store = dataclasses.replace(ports.store, **{name: Mortal(getattr(ports.store, name), self) for name in names})
        return dataclasses.replace(ports, store=store, actuator=Mortal(ports.actuator, self)), MortalSaver(saver, self)


WRITES = {
    "put": "record",
    "update": "record",
    "say": "journal",
    "ask": "question",
    "decide": "decision",
    "begin": "ledger",
    "mark": "ledger",
    "claim": "lease",
    "renew": "lease",
    "release": "lease",
    "send": "inbox",
    "acknowledge": "inbox",
    "remember": "memory",
    "failed": "setback",
    "append": "audit",
    "apply": "apply",
    "observe": "observe",
}
"""What changes anything outside the process, by kind; reading is not a moment worth dying at."""


class Mortal:
    """A port whose writes are counted, and end with the life."""

    def __init__(self, port: Any, life: Life) -> None:
        self._port, self._life = port, life

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name not in WRITES:
            return found

        async def call(*given: Any, **named: Any) -> Any:
            return await self._life.through(WRITES[name], found(*given, **named))

        return call


class MortalSaver(BaseCheckpointSaver[Any]):
    """A checkpoint store whose writes are counted, and end with the life."""

    def __init__(self, saver: BaseCheckpointSaver[Any], life: Life) -> None:
        super().__init__(serde=saver.serde)
        self._saver, self._life = saver, life

    def get_next_version(self, current: Any, channel: None) -> Any:
        return self._saver.get_next_version(current, channel)

    async def aget_tuple(self, config: Any) -> Any:
        return await self._saver.aget_tuple(config)

    async def alist(self, *given: Any, **named: Any) -> Any:
        async for found in self._saver.alist(*given, **named):
            yield found

    async def aput(self, *given: Any) -> Any:
        return await self._life.through("checkpoint", self._saver.aput(*given))

    async def aput_writes(self, *given: Any) -> Any:
        return await self._life.through("result", self._saver.aput_writes(*given))
