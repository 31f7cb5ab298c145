"""Real time, and a moment in the past that stands still."""

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present, UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Real seconds."""
        await asyncio.sleep(seconds)


class PastClock:
    """Always the same moment: what `investigate --at` is about. Sleeping takes no time, for nothing new can come."""

    def __init__(self, at: datetime) -> None:
        """`at`: the moment."""
        self._at = at

    def now(self) -> datetime:
        """The moment."""
        return self._at

    async def sleep(self, seconds: float) -> None:
        """Let others run."""
        del seconds
        await asyncio.sleep(0)
