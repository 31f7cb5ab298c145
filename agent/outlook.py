"""What cannot be reached while the daemon runs: looked at in the background, told by `/readyz`, the log and a metric.

It never makes the daemon unready: alerts must be taken in when Prometheus is down too. Run by `steadyhand serve`.
"""

import asyncio
from collections.abc import Awaitable, Callable

from agent import telemetry
from agent.model.checked import Checked

SOON_SECONDS, LATE_SECONDS = 15.0, 300.0
"""Until the next look: soon after something changed, then twice as long each time."""

Look = Callable[[], Awaitable[list[Checked]]]


class Outlook:
    """`lacking` is one sentence for each thing that failed at the last look; empty before the first."""

    def __init__(self, look: Look, soon: float = SOON_SECONDS, late: float = LATE_SECONDS) -> None:
        self.lacking: list[str] = []
        self._look, self._soon, self._late = look, soon, late
        self._log = telemetry.log("outlook")

    async def run(self) -> None:
        """Until cancelled."""
        pause = self._soon
        while True:
            pause = self._soon if await self.round() else min(pause * 2, self._late)
            await asyncio.sleep(pause)

    async def round(self) -> bool:
        """Look once; whether something changed. Never raises."""
        try:
            failed = {check.name: check for check in await self._look() if not check.ok}
        except Exception as trouble:  # noqa: BLE001 - whatever it is, the daemon works on
            self._log.warning("could not look at the sources", error=repr(trouble))
            return False
        lacking = [sentence(check) for check in failed.values()]
        if lacking == self.lacking:
            return False
        for check in failed.values():
            if sentence(check) not in self.lacking:
                self._log.warning("lacking", what=check.name, detail=check.detail, cost=check.cost)
        if not lacking:
            self._log.info("nothing is lacking any more")
        self.lacking = lacking
        telemetry.metrics().lacking.set(len(lacking))
        return True


def sentence(check: Checked) -> str:
    """A failed check in one line, with what it costs."""
    return f"{check.name}: {check.detail}" + (f"; without it: {check.cost}" if check.cost else "")
