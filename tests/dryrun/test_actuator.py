"""The dry run's hand: previews as the real one, never applies, and still looks after what a real run left."""

from datetime import UTC, datetime

import pytest

from agent.errors import Held
from agent.model.action import Observation, Restart, Scale
from agent.model.entity import Entity
from agent.model.question import Gap
from integrations.dryrun.actuator import NOTICE, DryActuator
from tests.fakes import FakeDeployment, ManualClock, MemoryActuator


@pytest.fixture
def deployment() -> FakeDeployment:
    return FakeDeployment(Entity(kind="Deployment", namespace="shop", name="web"), {1: "old", 2: "new"})


@pytest.fixture
def real(deployment) -> MemoryActuator:
    return MemoryActuator(ManualClock(datetime(2026, 11, 23, 10, tzinfo=UTC)), deployment)


async def test_a_preview_is_the_real_one_with_a_word_that_nothing_will_come_of_it(real, deployment):
    action = Restart(target=deployment.entity)
    there, here = await real.preview(action), await DryActuator(real).preview(action)
    assert here == there.evolve(warnings=[NOTICE])


async def test_what_cannot_be_previewed_stays_a_gap(real, deployment):
    real.unreadable = True
    assert isinstance(await DryActuator(real).preview(Restart(target=deployment.entity)), Gap)


async def test_it_says_what_it_would_do_and_changes_nothing(real, deployment):
    before = deployment.state()
    with pytest.raises(Held) as held:
        await DryActuator(real).apply(Scale(target=deployment.entity, replicas=9), before, "k")
    assert "would scale" in str(held.value)
    assert (real.applied, deployment.state()) == ([], before)


async def test_what_a_real_run_did_before_is_still_seen(real, deployment):
    before, action = deployment.state(), Restart(target=deployment.entity)
    await real.apply(action, before, "k")
    assert (await DryActuator(real).observe(action, before, "k")).observation is Observation.DONE
