"""The approved action is done once, heals, and is verified by the burn; what was proposed is what happens."""

import pytest

from agent.model.verification import VerificationKind
from tests.trust.investigation import a_case


@pytest.mark.parametrize("scenario", ["bad_release", "bad_dependency_release"])
@pytest.mark.parametrize("seed", [40, 41])
async def test_the_approved_rollback_is_done_once_and_verified(scenario, seed):
    case = a_case(scenario, seed)
    found = await case.investigate()
    blamed = case.stage.world.deployment(case.truth.blamed.name)
    generation, wanted = blamed.generation, found.action.template_hash
    end = await found.approve()
    assert blamed.generation == generation + 1
    assert blamed.current.template_hash == wanted
    assert end["verification"].kind is VerificationKind.RECOVERED
    assert end["verification"].burn_after < 2 < end["verification"].burn_before
    assert await case.stage.error_ratio(case.truth.service.name) < 0.01


async def test_an_action_that_does_not_help_is_undone():
    case = a_case("bad_release", 42)
    found = await case.investigate()
    blamed, bad = case.stage.world.deployment(case.truth.blamed.name), case.truth.blamed
    hash_before = blamed.current.template_hash
    case.stage.world.spoil(bad.name, 0.4)  # something else breaks it just now: the rollback will not show
    end = await found.approve()
    assert end["verification"].kind is VerificationKind.NOT_RECOVERED
    assert blamed.current.template_hash == hash_before
