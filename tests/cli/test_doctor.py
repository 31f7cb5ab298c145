import io
import json
from dataclasses import dataclass

import pytest
from rich.console import Console

from agent.cli import doctor
from tests.prometheus.stage import raised, says


@dataclass(frozen=True)
class Tried:
    name: str
    ok: bool
    detail: str
    cost: str


GOOD = Tried("prometheus", ok=True, detail="2.42 at http://127.0.0.1:9090", cost="no burn, nothing to test")
BAD = Tried("read logs", ok=False, detail="pods/log: \x1b[2Jforbidden [red]", cost="new log messages stay unseen")


def shown(checks):
    out = io.StringIO()
    Console(file=out, width=80).print(doctor.table(checks))
    return " ".join(out.getvalue().split())


def test_a_failed_check_says_what_it_costs_and_a_passed_one_does_not():
    text = shown([GOOD, BAD])
    assert "ok prometheus 2.42 at http://127.0.0.1:9090 MISSING read logs pods/log: forbidden [red]" in text
    assert "without it: new log messages stay unseen" in text
    assert "nothing to test" not in text


@pytest.mark.parametrize(("checks", "status"), [([GOOD], 0), ([GOOD, BAD], 4), ([BAD], 4)])
def test_the_exit_status_tells_whether_something_is_missing(checks, status):
    assert doctor.status(checks) == status


def test_the_summary_names_what_failed():
    assert doctor.summary([GOOD, BAD]).strip() == "1 of 2 checks failed: read logs"
    assert doctor.summary([GOOD]).strip() == "all 1 checks passed"


@pytest.fixture
def nothing_reachable(tmp_path):
    """A configuration whose Prometheus and cluster are not there."""
    file = tmp_path / "steadyhand.yaml"
    file.write_text("prometheus:\n  url: http://127.0.0.1:1\nkubernetes:\n  enabled: false\n")
    return str(file)


def test_doctor_says_what_cannot_be_reached_and_ends_with_4(run, nothing_reachable):
    result = run("doctor", "--config", nothing_reachable)
    assert result.exit_code == 4, result.stderr
    assert "MISSING" in result.stdout
    assert "without it:" in result.stdout


def test_the_json_of_doctor_holds_every_check(run, nothing_reachable):
    said = json.loads(run("doctor", "--config", nothing_reachable, "--json").stdout)
    assert said["ok"] is False
    assert {"name", "ok", "detail", "cost"} == set(said["checks"][0])


def test_a_data_folder_that_cannot_be_one_is_named(run, tmp_path, monkeypatch):
    (tmp_path / "state").write_text("a file")
    monkeypatch.setenv("STEADYHAND_STATE_DIR", str(tmp_path / "state"))
    found = {each["name"]: each for each in json.loads(run("doctor", "--json").stdout)["checks"]}
    assert (found["data folder"]["ok"], found["data folder"]["detail"]) == (False, f"{tmp_path / 'state'} is no folder")


SLACK = {"STEADYHAND_SLACK__CHANNEL": "incidents", "STEADYHAND_SLACK__APP_TOKEN": "xapp-1-2-3"}


def test_a_slack_that_cannot_be_reached_is_named(run, monkeypatch):
    for name, value in {**SLACK, "STEADYHAND_SLACK__API_URL": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STEADYHAND_SLACK__BOT_TOKEN", "xoxb-planted")
    found = {each["name"]: each for each in json.loads(run("doctor", "--json").stdout)["checks"]}
    assert (found["Slack"]["ok"], found["Slack"]["detail"]) == (
        False,
        "no connection to Slack; `steadyhand slack check` says more",
    )
    assert "planted" not in json.dumps(found)


def test_a_slack_token_file_that_is_not_there_is_named_and_the_other_checks_are_made(run, monkeypatch, tmp_path):
    for name, value in {**SLACK, "STEADYHAND_SLACK__BOT_TOKEN_FILE": str(tmp_path / "none")}.items():
        monkeypatch.setenv(name, value)
    found = {each["name"]: each for each in json.loads(run("doctor", "--json").stdout)["checks"]}
    assert "slack.bot_token_file" in found["Slack"]["detail"]
    assert found["playbooks"]["ok"]


def test_an_alertmanager_that_is_configured_is_tried(run, tmp_path):
    with raised() as stage:
        stage.plays = [says(200, []), says(200, {"versionInfo": {"version": "0.27.0"}})]
        file = tmp_path / "steadyhand.yaml"
        file.write_text(f"alertmanager: {{url: '{stage.url}'}}\nkubernetes: {{enabled: false}}\n")
        found = json.loads(run("doctor", "--config", str(file), "--json").stdout)["checks"]
    (check,) = [each for each in found if each["name"] == "Alertmanager"]
    assert (check["ok"], check["detail"]) == (True, f"{stage.url}, version 0.27.0")


def test_an_alertmanager_that_is_not_there_is_named_with_what_that_costs(run, tmp_path):
    file = tmp_path / "steadyhand.yaml"
    file.write_text("alertmanager: {url: 'http://127.0.0.1:1'}\nkubernetes: {enabled: false}\n")
    found = json.loads(run("doctor", "--config", str(file), "--json").stdout)["checks"]
    (check,) = [each for each in found if each["name"] == "Alertmanager"]
    assert (check["ok"], check["detail"]) == (False, "Alertmanager could not be reached")
    assert "a person is asked" in check["cost"]
