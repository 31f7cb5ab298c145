"""`replay`, `replay --diff` and `record` as a person or a CI job uses them."""

import asyncio
import json
import tempfile
from pathlib import Path

import pytest
import yaml

from agent import wiring
from agent.cli.record import file_name
from agent.model.report import Report
from agent.playbooks import default_folder
from integrations.recording import archive
from tests.cli import samples
from tests.recording.records import investigated


@pytest.fixture(scope="module")
def snapshot():
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(investigated(Path(folder), "bad_release", 3))


@pytest.fixture
def file(snapshot, tmp_path):
    path = tmp_path / "case.steadyhand"
    archive.write(snapshot, path)
    return path


def test_a_replay_prints_the_recorded_report_and_ends_as_the_investigation_did(run, file, snapshot):
    result = run("replay", str(file), "--json")
    assert result.exit_code == 0, result.stderr
    assert Report.model_validate_json(result.stdout).model_dump_json() == snapshot.report.model_dump_json()
    assert run("replay", str(file), "--json").stdout == result.stdout
    assert "CONCLUSION" in run("replay", str(file)).stdout


def test_an_earlier_step_shows_what_was_known_then(run, file):
    result = run("replay", str(file), "--at", "gather", "--json")
    assert result.exit_code == 3, result.stderr
    assert json.loads(result.stdout)["hypotheses"] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--at", "lunch"], "no step is called so"),
        (["--at", "examine:5"], "never came to examine:5"),
        (["--at", "examine", "--diff"], "leave out --at"),
        (["--diff"], "is no folder"),
        (["--playbooks", "nowhere"], "nowhere"),
    ],
)
def test_bad_usage_ends_with_2_and_one_sentence(arguments, told, run, file):
    result = run("replay", str(file), *arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x1f\x8b\x08garbage"])
def test_a_bad_file_is_one_line_and_exit_status_2(data, run, tmp_path):
    path = tmp_path / "bad.steadyhand"
    path.write_bytes(data)
    result = run("replay", str(path))
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert str(path) in result.stderr


def test_a_folder_is_not_replayed_and_one_without_recordings_not_compared(run, tmp_path):
    assert "compare all in it with --diff" in run("replay", str(tmp_path)).stderr
    assert "no file *.steadyhand" in run("replay", str(tmp_path), "--diff").stderr


def test_the_same_rules_change_no_conclusion(run, file):
    result = run("replay", "--diff", str(file.parent))
    assert (result.exit_code, result.stdout) == (0, "1 recordings compared, 0 changed, 0 unusable\n")


def test_other_playbooks_are_said_to_propose_something_else(run, file, tmp_path):
    folder = tmp_path / "playbooks"
    folder.mkdir()
    (kept,) = [path for path in default_folder().glob("*.yaml") if "restart" in path.name]
    (folder / kept.name).write_text(kept.read_text())
    result = run("replay", "--diff", str(file.parent), "--playbooks", str(folder))
    assert result.exit_code == 1, result.stderr
    (row,) = [line.split() for line in result.stdout.splitlines() if line.startswith("case.steadyhand")]
    assert (row[1], row[-1]) == ("proposal", "none")
    assert "1 recordings compared, 1 changed, 0 unusable" in result.stdout
    told = json.loads(run("replay", "--diff", str(file.parent), "--playbooks", str(folder), "--json").stdout)
    (one,) = told["recordings"]
    assert one["changed"]
    assert "roll Deployment" in one["then"]["proposal"]
    assert one["now"]["proposal"] == ""


def test_the_rules_of_a_configuration_can_be_tried(run, file, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"policy": {"max_pods": 1}}))
    shown = json.loads(run("replay", str(file), "--config", str(config), "--json").stdout)
    assert shown["conclusion"] == "confirmed"
    assert "replay" not in shown["permission"]["rule"]


def test_an_unusable_file_does_not_keep_the_others_from_being_compared(run, file):
    (file.parent / "bad.steadyhand").write_bytes(b"")
    result = run("replay", "--diff", str(file.parent))
    assert result.exit_code == 2
    assert "an empty file" in result.stdout
    assert "1 recordings compared, 0 changed, 1 unusable" in result.stdout


def test_record_keeps_the_daemons_incident_and_names_the_file(run, daemon, snapshot, tmp_path):
    daemon.snapshots[samples.ID] = snapshot
    path = tmp_path / "kept.steadyhand"
    result = run("record", "inc-7", "--out", str(path))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.replace("\n", "") == str(path)
    assert archive.read(path).model_dump_json() == snapshot.model_dump_json()


def test_a_recording_that_would_not_replay_is_said_to_be_one(run, daemon, snapshot, tmp_path):
    daemon.snapshots[samples.ID] = snapshot.evolve(report=snapshot.report.evolve(summary="something else"))
    result = run("record", "inc-7", "--out", str(tmp_path / "kept.steadyhand"))
    assert result.exit_code == 0
    assert "does not replay to the same report (different: summary)" in " ".join(result.stderr.split())


def test_record_of_an_incident_without_a_recording_is_refused(run, daemon, tmp_path):
    result = run("record", "inc-7", "--out", str(tmp_path / "kept.steadyhand"))
    assert result.exit_code == 2
    assert "nothing of it was investigated yet" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("incident_id", "name"),
    [
        ("inc-45d58fd9e9", "inc-45d58fd9e9.steadyhand"),
        ("../../etc/x", "------etc-x.steadyhand"),
        ("a:b", "a-b.steadyhand"),
    ],
)
def test_no_id_leads_out_of_the_working_directory(incident_id, name):
    assert file_name(incident_id) == name


def test_investigate_keeps_a_recording_that_replays_to_what_was_printed(run, tmp_path):
    path = tmp_path / "blind.steadyhand"
    arguments = ["--service", "shop/checkout", "--no-cluster", "--at", "2026-11-23T10:00:00Z"]
    told = run("investigate", *arguments, "--json", "--record", str(path))
    assert told.exit_code == 4, told.stderr
    assert told.stderr == "" or "does not replay" not in told.stderr
    again = run("replay", str(path), "--json")
    assert (again.exit_code, again.stdout) == (4, told.stdout)
    assert wiring.read_snapshot(path).report.conclusion == "blind"


def test_a_recording_into_a_folder_that_is_not_there_is_refused_before_anything_is_asked(run, tmp_path):
    result = run("investigate", "--service", "shop/checkout", "--record", str(tmp_path / "no" / "x.steadyhand"))
    assert result.exit_code == 2
    assert "there is no folder" in result.stderr
