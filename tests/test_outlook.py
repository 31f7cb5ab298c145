import asyncio

import pytest

from agent import telemetry
from agent.model.checked import Checked
from agent.outlook import Outlook

PROMETHEUS = Checked(name="Prometheus", ok=False, detail="failed: no connection", cost="no burn rate")
CLUSTER = Checked(name="Kubernetes", ok=True, detail="version 1")


class Source:
    """What will be found, look by look; the last is found from then on."""

    def __init__(self, *finds):
        self.finds, self.looks = list(finds), 0
        self.often = asyncio.Event()

    async def look(self):
        self.looks += 1
        if self.looks == 5:
            self.often.set()
        found = self.finds.pop(0) if len(self.finds) > 1 else self.finds[0]
        if isinstance(found, Exception):
            raise found
        return found


async def test_what_failed_is_lacking_with_its_cost_and_what_worked_is_not():
    outlook = Outlook(Source([PROMETHEUS, CLUSTER]).look)
    assert outlook.lacking == []

    assert await outlook.round()

    assert outlook.lacking == ["Prometheus: failed: no connection; without it: no burn rate"]
    assert b"steadyhand_lacking 1.0" in telemetry.metrics().exposition()[0]


async def test_what_came_back_is_lacking_no_more():
    outlook = Outlook(Source([PROMETHEUS], [PROMETHEUS.evolve(ok=True)]).look)
    assert [await outlook.round(), await outlook.round(), await outlook.round()] == [True, True, False]
    assert outlook.lacking == []
    assert b"steadyhand_lacking 0.0" in telemetry.metrics().exposition()[0]


@pytest.mark.parametrize("error", [OSError("no route"), ValueError("not JSON"), RuntimeError("a fault of ours")])
async def test_a_look_that_fails_leaves_what_was_known_and_the_next_one_counts(error):
    outlook = Outlook(Source([PROMETHEUS], error, [CLUSTER]).look)
    await outlook.round()
    assert not await outlook.round()
    assert len(outlook.lacking) == 1
    assert await outlook.round()
    assert outlook.lacking == []


async def test_it_looks_again_and_again_until_it_is_cancelled():
    source = Source([PROMETHEUS])
    outlook = Outlook(source.look, soon=0.001, late=0.002)
    task = asyncio.create_task(outlook.run())
    await source.often.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert len(outlook.lacking) == 1
