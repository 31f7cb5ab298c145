"""What cannot be seen is never made up: fewer answers give less confidence, and none give no verdict."""

import pytest

from tests.trust.investigation import a_case

METRICS = ("instant", "range", "series")
BLIND = {
    "metrics": METRICS,
    "changes": ("changes",),
    "revisions and pods": ("revisions", "pods"),
    "logs and events": ("logs", "events"),
    "the cluster": ("workload", "revisions", "pods", "configs", "events", "services", "nodes", "logs", "changes"),
}


@pytest.mark.parametrize("blind", BLIND)
@pytest.mark.parametrize("scenario", ["bad_release", "innocent_release", "bad_dependency_release", "oom"])
async def test_without_a_source_nothing_wrong_is_confirmed_and_confidence_is_lower(scenario, blind):
    case, full = a_case(scenario, 7, blind=BLIND[blind]), a_case(scenario, 7)
    found, seen = await case.investigate(), await full.investigate()
    assert not found.confirmed or found.right(case.truth), found.confirmed
    assert found.action in (None, seen.action)
    assert found.state["coverage"].cap < seen.state["coverage"].cap


@pytest.mark.parametrize("scenario", ["bad_release", "innocent_release", "dependency_down", "oom"])
async def test_without_metrics_nothing_is_confirmed_and_nothing_is_done(scenario):
    found = await a_case(scenario, 8, blind=METRICS).investigate()
    assert found.confirmed == []
    assert found.action is None
    (metrics,) = [item for item in found.state["coverage"].items if item.source == "metrics"]
    assert metrics.answered == 0
    assert any("the source is down" in gap for gap in metrics.gaps)
