"""A release at the very moment a dependency fails is tested, cleared by name, and not rolled back."""

import pytest

from agent.model.hypothesis import Verdict
from tests.trust.investigation import a_case


@pytest.mark.parametrize("seed", range(20, 26))
async def test_an_innocent_release_is_a_suspect_is_cleared_by_a_test_and_left_alone(seed):
    case = a_case("innocent_release", seed)
    found = await case.investigate()
    released = [h for h in found.of_cause("bad-release") if h.entity.name == case.truth.innocent.name]
    assert [h.verdict for h in released] == [Verdict.REFUTED]
    assert any(test.after < test.before for test in released[0].tests)
    assert found.right(case.truth)
    assert found.action is None
    deployment = case.stage.world.deployment(case.truth.innocent.name)
    assert "steadyhand" not in [manager.manager for manager in deployment.managers]
