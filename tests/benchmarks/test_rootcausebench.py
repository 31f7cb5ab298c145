"""The adapter reads what is there, counts what cannot be read, and hands on nothing from after the alert."""

import json

import pytest

from benchmarks.labelled.generated.__main__ import SETS, Writer
from benchmarks.labelled.rootcausebench import DATA_SET

ALERT = {"service": "till", "metric": "errors_ratio", "fired_at": "2026-05-04T12:00:00Z", "summary": "till fails"}


def case(tmp_path, **files):
    place = tmp_path / "one"
    (place / "context").mkdir(parents=True)
    (place / "alert.json").write_text(json.dumps(ALERT))
    for name, content in files.items():
        path = place / name.replace("__", "/").replace("_csv", ".csv").replace("_ndjson", ".ndjson").replace(
            "_json", ".json"
        )
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return DATA_SET.load(tmp_path, "one")


def line(at, text="boom"):
    return json.dumps({"timestamp": at, "service": "till", "severity_text": "ERROR", "msg": text})


def test_only_what_was_known_when_the_alert_fired_is_handed_on(tmp_path):
    read = case(
        tmp_path,
        logs_ndjson=line("2026-05-04T11:59:00Z") + "\n" + line("2026-05-04T12:01:00Z"),
        metrics_csv="timestamp,service,metric,value\n2026-05-04T11:59:00Z,till,x,1\n2026-05-04T12:05:00Z,till,x,9\n",
        context__deploys_json=[{"timestamp": "2026-05-04T12:10:00Z", "service": "till", "commit_sha": "abc"}],
    )
    assert len(read.cluster.messages) == 1
    assert read.cluster.series[0].values == [1.0]
    assert read.cluster.changes == []


def test_a_deployment_brings_its_commits_diff_and_files(tmp_path):
    read = case(
        tmp_path,
        context__deploys_json=[
            {"timestamp": "2026-05-04T11:50:00Z", "service": "till", "commit_sha": "abc", "version": "v7"}
        ],
        context__commits_json=[
            {
                "sha": "abc",
                "timestamp": "2026-05-04T11:40:00Z",
                "message": "tidy",
                "files_changed": ["a.py"],
                "diff": "-x = 1\n+x = 2",
            }
        ],
    )
    deployed = next(change for change in read.cluster.changes if change.kind == "deploy")
    assert (deployed.commit, deployed.version, deployed.files, deployed.diff) == (
        "abc",
        "v7",
        ["a.py"],
        "-x = 1\n+x = 2",
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logs_ndjson", "{broken\n" + line("2026-05-04T11:59:00Z")),
        ("logs_ndjson", json.dumps({"msg": "no time"}) + "\n" + line("2026-05-04T11:59:00Z")),
        ("logs_ndjson", line("yesterday")),
        ("metrics_csv", "timestamp,service,metric,value\nsoon,till,x,1\n"),
        ("metrics_csv", "when,what\n1,2\n"),
        ("traces_json", "{"),
        ("traces_json", [{"span_id": "a"}]),
        ("patterns_json", [{"signature": "x"}]),
        ("context__commits_json", [{"message": "no sha"}]),
        ("context__deploys_json", [None]),
    ],
)
def test_what_cannot_be_read_is_counted_not_raised(tmp_path, name, content):
    assert case(tmp_path, **{name: content}).troubles


def test_a_case_of_an_alert_alone_can_be_read(tmp_path):
    read = case(tmp_path)
    assert (read.troubles, read.cluster.messages, read.cluster.changes) == ([], [], [])


def test_secrets_are_masked_and_numbers_of_a_configuration_are_not(tmp_path):
    read = case(
        tmp_path,
        logs_ndjson=line("2026-05-04T11:59:00Z", "login with password=hunter2"),
        context__commits_json=[
            {
                "sha": "abc",
                "timestamp": "2026-05-04T11:40:00Z",
                "message": "m",
                "diff": "-token_ttl: 900s\n+token_ttl: 9s\n+api_key: sk-1234567890abcdef",
            }
        ],
    )
    assert "hunter2" not in read.cluster.messages[0].text
    assert "token_ttl: 9s" in read.cluster.changes[0].diff
    assert "1234567890" not in read.cluster.changes[0].diff


def test_an_incident_is_made_by_its_seed_alone(tmp_path):
    plot = SETS["first"][0]
    one, other = Writer(plot, 7).write(tmp_path / "a"), Writer(plot, 7).write(tmp_path / "b")
    assert one == other
    assert (tmp_path / "a/logs.ndjson").read_text() == (tmp_path / "b/logs.ndjson").read_text()
    assert Writer(plot, 8).write(tmp_path / "c") != one
