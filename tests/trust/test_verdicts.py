"""Whatever happens in the shop, nothing but the truth is confirmed, and only what is to blame is acted on."""

import pytest

from agent.model.action import Restart, Rollback
from integrations.simulation.scenarios import SCRIPTS
from tests.trust.investigation import a_case

RECOGNISED = ["bad_release", "innocent_release", "dependency_down", "oom", "bad_dependency_release"]
"""Scenarios whose evidence always suffices; of the others an honest abstention is accepted."""


def may_act(action, truth):
    if truth.cause == "resource-exhaustion":
        return action is None or (isinstance(action, Restart) and action.target == truth.entity)
    return action is None or (isinstance(action, Rollback) and action.target == truth.blamed)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("scenario", SCRIPTS)
async def test_nothing_but_the_truth_is_confirmed_and_acted_on(scenario, seed):
    case = a_case(scenario, seed)
    found = await case.investigate()
    assert not found.confirmed or found.right(case.truth), found.confirmed
    assert may_act(found.action, case.truth), found.action
    if scenario in RECOGNISED:
        assert found.right(case.truth)


@pytest.mark.parametrize("seed", [4, 5, 6])
async def test_when_nothing_is_visible_nobody_is_blamed_and_nothing_is_done(seed):
    found = await a_case("nothing_visible", seed).investigate()
    assert found.confirmed == []
    assert found.action is None


@pytest.mark.parametrize("scenario", ["bad_release", "bad_dependency_release"])
@pytest.mark.parametrize("seed", [4, 5])
async def test_a_bad_release_is_rolled_back_to_the_revision_that_ran_before_whatever_its_number(scenario, seed):
    case = a_case(scenario, seed)
    blamed = case.stage.world.deployment(case.truth.blamed.name)
    before = blamed.current
    found = await case.investigate()
    assert found.action == Rollback(
        target=case.truth.blamed, to_revision=before.number, template_hash=before.template_hash
    )
