"""Recordings taken from investigations of the simulated shop, by a clock that moves at every look as a real one does."""

import dataclasses
from datetime import timedelta

from agent import wiring
from agent.cli.investigate import read_only
from agent.daemon import Daemon
from agent.model.snapshot import Snapshot
from agent.settings import Settings
from agent.world import World
from tests.trust.investigation import Blinded, a_case


class LivelyClock:
    """Time passes between any two looks, as it does outside of simulations."""

    def __init__(self, clock):
        self._clock, self._looks = clock, 0

    def now(self):
        self._looks += 1
        return self._clock.now() + timedelta(microseconds=self._looks * 7)

    async def sleep(self, seconds):
        await self._clock.sleep(seconds)


async def investigated(folder, scenario, seed, *, dress=lambda world: world, house=None, **given) -> Snapshot:
    """What `steadyhand investigate --alert FILE --record FILE` records of a scenario."""
    case = a_case(scenario, seed, **given)
    alerts = case._first_alerts()
    stage = case.stage
    world = World(clock=LivelyClock(stage.clock), metrics=stage.metrics, cluster=stage.cluster, actuator=stage.actuator)
    house = house or read_only(wiring.rules(Settings()), past=False)
    async with wiring.install(house, wiring.discreet(dress(world)), folder) as installed:
        for memory in case.memories:
            await installed.ports.store.memory.remember(memory)
        daemon = Daemon(installed.ports, installed.machine)
        (incident_id,) = await daemon.receive(alerts)
        await daemon.finished(incident_id)
        snapshot = await daemon.snapshot(incident_id)
    assert snapshot
    return snapshot


def blinded(*kinds):
    """A world whose sources cannot answer these kinds of questions."""

    def dress(world):
        return dataclasses.replace(world, metrics=Blinded(world.metrics, kinds), cluster=Blinded(world.cluster, kinds))

    return dress
