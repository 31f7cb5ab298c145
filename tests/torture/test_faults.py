"""Whole incidents on ports that fail in every way: nothing crashes, nothing passes that should not, every fault is seen.

Incidents are gone through until half of STEADYHAND_FAULTS calls went wrong (tests/torture/test_wire.py has the
rest), by the seed STEADYHAND_SEED; both are printed. A broken promise is printed with the command that repeats its one
incident (STEADYHAND_ORDEAL is that incident's seed).
"""

import asyncio
import logging
import os
from collections import Counter
from collections.abc import Iterator

import pytest
import structlog

from tests.torture.ordeal import Ordeal
from tests.torture.seeds import SEED
from tests.torture.verdict import complaints

FAULTS = int(os.environ.get("STEADYHAND_FAULTS", "500")) // 2
ONLY = int(os.environ.get("STEADYHAND_ORDEAL", "0"))
AT_ONCE = 12
"""Incidents at a time: most of them wait for a store that is busy."""

EACH = 10
"""Faults that are expected of an incident under way."""


class Tally:
    """What happened over all incidents."""

    def __init__(self) -> None:
        self.incidents, self.actions, self.restarts, self.under_way = 0, 0, 0, 0
        self.faults: Counter[str] = Counter()
        self.ends: Counter[str] = Counter()
        self.broken: list[str] = []

    async def goes_through(self, seed: int) -> None:
        """One more."""
        ordeal = Ordeal(seed)
        self.under_way += 1
        await ordeal.run()
        self.under_way -= 1
        replay = f"STEADYHAND_ORDEAL={seed} python -m pytest -s tests/torture/test_faults.py"
        scenario = ordeal.case.truth.scenario
        self.broken += [f"{scenario}: {each}; repeat with: {replay}" for each in await complaints(ordeal)]
        self.incidents += 1
        self.restarts += ordeal.restarts
        self.actions += len(await ordeal.honest.store.ledger.entries())
        self.faults.update(f"{fault.call.partition('.')[0]}: {fault.kind}" for fault in ordeal.weather.faults)
        self.ends[str((await ordeal.incident()).resolution)] += 1

    def told(self) -> str:
        """For people."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.faults.items()))
        ends = ", ".join(f"{end} {count}" for end, count in sorted(self.ends.items()))
        return (
            f"\nfaults: {self.faults.total()} of {len(self.faults)} kinds in {self.incidents} incidents ({ends};"
            f" {self.actions} actions, {self.restarts} restarts), {len(self.broken)} promises broken;"
            f" STEADYHAND_SEED={SEED}\n  {kinds}"
        )


@pytest.fixture
def _quiet() -> Iterator[None]:
    """Every step that fails logs its traceback: rendering some thousands of them would take longer than the incidents."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("_quiet")
async def test_incidents_on_failing_ports_end_without_a_crash_a_wrong_pass_or_an_unseen_fault(capsys):
    tally, seeds = Tally(), iter(range(SEED * 1_000_000, 2**63))

    async def one_after_the_other() -> None:
        while tally.faults.total() + EACH * tally.under_way < FAULTS:
            await tally.goes_through(next(seeds))

    if ONLY:
        await tally.goes_through(ONLY)
    while not ONLY and tally.faults.total() < FAULTS:
        await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    with capsys.disabled():
        print(tally.told())
    assert not tally.broken, "\n".join(tally.broken)
