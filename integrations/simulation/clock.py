"""Two clocks a simulated world can live by: one that runs faster than real time, one that tests push forward.

Both implement `agent.ports.Clock`; `steadyhand demo` uses the first, the test suites the second.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class AcceleratedClock:
    """Starts at `start` and runs `speed` virtual seconds for each real one."""

    def __init__(self, start: datetime, speed: float) -> None:
        if speed <= 0:
            raise ValueError(f"a clock's speed is a positive number of virtual seconds per real second; got {speed}")
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._begun = time.monotonic()

    def now(self) -> datetime:
        """The virtual present, aware, UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._begun) * self._speed)

    async def sleep(self, seconds: float) -> None:
        """Come back after that many virtual seconds: really after `seconds / speed`."""
        await asyncio.sleep(max(seconds, 0.0) / self._speed)


class ManualClock:
    """Stands still until somebody sleeps by it or pushes it."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The virtual present, aware, UTC."""
        return self._now

    def push(self, seconds: float) -> datetime:
        """Move the present forward; returns it. ValueError for a negative number: time does not run back."""
        if seconds < 0:
            raise ValueError(f"time cannot be pushed back; got {seconds} seconds")
        self._now += timedelta(seconds=seconds)
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Jump there at once, and let other tasks run first."""
        await asyncio.sleep(0)
        self.push(max(seconds, 0.0))
