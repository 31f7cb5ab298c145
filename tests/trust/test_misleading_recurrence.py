"""It was the release the last three times; this time it is not. Memory is a suspicion to test, never an answer."""

from datetime import timedelta

import pytest

from agent.model.incident import Resolution
from agent.model.memory import Memory
from tests.simulation.stage import START
from tests.trust.investigation import a_case


def it_was_always(cause, service):
    return [
        Memory(
            incident_id=f"earlier-{day}",
            service=service,
            closed_at=START - timedelta(days=day),
            resolution=Resolution.RECOVERED,
            title=f"{service} burned",
            cause=cause,
            confidence=0.98,
            action="roll back",
            verification="recovered",
        )
        for day in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("scenario", "remembered"),
    [
        ("innocent_release", "bad-release"),
        ("dependency_down", "bad-release"),
        ("nothing_visible", "bad-release"),
        ("bad_release", "dependency-down"),
        ("oom", "bad-release"),
    ],
)
@pytest.mark.parametrize("seed", [30, 31])
async def test_what_was_true_the_last_three_times_is_tested_like_any_other_suspect(scenario, remembered, seed):
    case = a_case(scenario, seed)
    case.memories = it_was_always(remembered, case.truth.service)
    found = await case.investigate()
    assert len(found.state["recalled"]) == 3
    assert not found.confirmed or found.right(case.truth), found.confirmed
    if remembered == "bad-release":
        assert found.action is None or case.truth.cause == "resource-exhaustion"
