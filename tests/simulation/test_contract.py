"""The simulation under the contract it shares with the real API server."""

import pytest

from tests.contracts.cluster_contract import CONTRACT, Bench
from tests.simulation.stage import a_stage


class SimulatedStage:
    """Moves a simulated world from outside, as kubectl would move a cluster."""

    def __init__(self, stage):
        self._stage = stage
        self._world = stage.world
        self.namespace = stage.world.namespace

    async def deploy(self, name, image, *, replicas=None, env=None, config=""):
        if name in self._world.deployments:
            self._world.release(name, image, env=env)
            if replicas not in (None, self._world.deployment(name).replicas):
                self._world.scale(name, replicas)
        else:
            self._world.create(name, image, replicas=replicas or 1, env=env, config=config)
        await self.settled(name)

    async def scale(self, name, replicas):
        self._world.scale(name, replicas)
        await self.settled(name)

    async def configure(self, name, data):
        self._world.write_config(name, data)

    async def settled(self, name):
        for _ in range(200):
            self._stage.later(5)
            if self._world.deployment(name).settled:
                return
        pytest.fail(f"{name} did not settle within 1000 virtual seconds")

    async def now(self):
        return self._stage.clock.now()

    async def later(self, seconds):
        self._stage.later(seconds)


@pytest.mark.parametrize("holds", CONTRACT, ids=lambda holds: holds.__name__)
async def test_contract(holds):
    stage = a_stage()
    await holds(Bench(stage.cluster, stage.actuator, SimulatedStage(stage)))
