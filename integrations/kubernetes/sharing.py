"""Lets those who ask for the same thing at the same time have one answer: an investigation's questions overlap a lot.

Nothing is kept: who asks after the answer came gets a new one.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Sharing(Generic[Key, Value]):
    """What is under way, by what was asked for."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._under_way: dict[Key, asyncio.Task[Value]] = {}

    async def one(self, key: Key, begin: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """The answer under way for this key, or that of `begin`. Who is cancelled leaves the others theirs."""
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(begin())
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._over(key, done))
        return await asyncio.shield(task)

    def _over(self, key: Key, done: asyncio.Task[Value]) -> None:
        del self._under_way[key]
        if not done.cancelled():
            done.exception()  # seen, even if everybody who waited for it is gone
