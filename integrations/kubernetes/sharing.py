"""Lets those who ask for the same thing have one answer: an investigation's questions overlap a lot.

Who asks while an answer is under way gets that one. Between `settle` and `renew` answers are also given again for a
few seconds, to those who can do with a recent one. Otherwise nothing is kept.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

RECENT = 20.0
"""Seconds that an answer may be given again, counted from when it was asked for; a round of questions takes about as long."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Sharing(Generic[Key, Value]):
    """What is under way and what came last, by what was asked for."""

    def __init__(
        self,
        keeps: Callable[[BaseException | None], bool] = lambda error: error is None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Failures are kept only where `keeps` says that they are as good as an answer."""
        self._keeps, self._clock, self._keeping = keeps, clock, False
        self._under_way: dict[Key, asyncio.Task[Value]] = {}
        self._last: dict[Key, tuple[float, asyncio.Task[Value]]] = {}

    async def one(self, key: Key, begin: Callable[[], Coroutine[Any, Any, Value]], *, recent: bool = False) -> Value:
        """The answer under way for this key, a recent one, or that of `begin`. Who is cancelled leaves the others theirs."""
        task = self._under_way.get(key) or (self._kept(key) if recent else None)
        if task is None:
            task = asyncio.create_task(begin())
            self._under_way[key] = task
            asked = self._clock()
            task.add_done_callback(lambda done: self._over(key, done, asked))
        return await asyncio.shield(task)

    @property
    def keeping(self) -> bool:
        """Whether what is read now may be given again."""
        return self._keeping

    def settle(self) -> None:
        """Keep what is asked for from now on; nothing from before now is given again."""
        self.renew()
        self._keeping = True

    def renew(self) -> None:
        """Whoever asks from now on gets what is asked for from now on, and nothing is kept."""
        self._under_way, self._last, self._keeping = {}, {}, False

    def _kept(self, key: Key) -> "asyncio.Task[Value] | None":
        asked, task = self._last.get(key, (0.0, None))
        return task if task is not None and self._clock() - asked <= RECENT else None

    def _over(self, key: Key, done: "asyncio.Task[Value]", asked: float) -> None:
        error = None if done.cancelled() else done.exception()  # seen, even if everybody who waited for it is gone
        if self._under_way.get(key) is not done:
            return  # forgotten meanwhile
        del self._under_way[key]
        if self._keeping and not done.cancelled() and self._keeps(error):
            self._last[key] = asked, done
            asyncio.get_running_loop().call_later(RECENT, self._drop, key, done)

    def _drop(self, key: Key, done: "asyncio.Task[Value]") -> None:
        if self._last.get(key, (0.0, None))[1] is done:
            del self._last[key]
