"""The clock of a replay: recorded time, moved on by the steps and answers that are replayed."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime

from agent.model.snapshot import Moment


class RecordedClock:
    """Implements `agent.ports.Clock`; whoever walks the graph tells it which step begins."""

    def __init__(self, moments: Sequence[Moment]) -> None:
        """`moments` in recorded order, at least one."""
        self._now = moments[0].at
        self._ahead: dict[str, deque[datetime]] = defaultdict(deque)
        for moment in moments:
            self._ahead[moment.step].append(moment.at)

    def now(self) -> datetime:
        """The recorded present."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Let others run: how long it took is in the next step's moment."""
        del seconds
        await asyncio.sleep(0)

    def enter(self, step: str) -> None:
        """A step begins: it is when it was then, if that is recorded."""
        if self._ahead[step]:
            self._now = self._ahead[step].popleft()

    def pass_to(self, moment: datetime) -> None:
        """Something was answered at that moment; time never runs back."""
        self._now = max(self._now, moment)
