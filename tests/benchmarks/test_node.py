"""The figures of benchmark E, from a tally as tests/node keeps it."""

import json

import pytest

from benchmarks.node import figures, read

IDLE = {"story": "idle", "cores": 0.01, "rss_mb": 150.0}


def told(story: str, asked: float | None, api: float) -> dict:
    used, spent = {"cores": 0.2, "rss_mb": 170.0}, {"kubernetes": api, "prometheus": 20.0}
    times = {
        "alert": {"seconds": 12.0, "requests": {"kubernetes": 15.0}, **used},
        "verdict": {"seconds": 16.0, "requests": spent, **used},
    }
    return {"story": story, **times, "opened": 11.0, "asked": asked}


def by_name(kept: list[dict]) -> dict[str, list[float]]:
    return {row.what.removeprefix("real node: "): list(row.values) for row in figures(kept)}


def test_every_story_counts_and_those_that_asked_are_timed() -> None:
    found = by_name([IDLE, told("first", 3.5, 40), told("second", None, 60)])
    assert found["fault to alert received"] == [11.0, 11.0]
    assert found["alert received to question"] == [3.5]
    assert found["alert received to question, first"] == [3.5]
    assert found["Kubernetes API requests from the fault to the verdict"] == [40.0, 60.0]
    assert found["Kubernetes API requests from the alert to the verdict"] == [25.0, 45.0]
    assert found["Prometheus requests from the alert to the verdict"] == [20.0, 20.0]
    assert (found["CPU idle"], found["RSS idle"]) == ([0.01], [150.0])


def test_the_same_story_of_several_runs_is_one_row() -> None:
    found = by_name([IDLE, told("first", 3.5, 40), IDLE, told("first", 2.5, 60)])
    assert found["alert received to question, first"] == [3.5, 2.5]
    assert found["CPU idle"] == [0.01, 0.01]


@pytest.mark.parametrize("kept", [[], [IDLE]])
def test_what_was_not_measured_has_no_row(kept: list[dict]) -> None:
    assert set(by_name(kept)) == ({"CPU idle", "RSS idle"} if kept else set())


def test_tallies_of_several_runs_are_read_together(tmp_path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(json.dumps(IDLE) + "\n")
    assert read(tmp_path / "one", tmp_path / "two") == [IDLE, IDLE]
