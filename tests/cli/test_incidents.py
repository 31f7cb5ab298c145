import json

from agent.model.incident import Incident, Phase, Resolution
from agent.model.report import Report
from tests.cli import samples


def closed():
    return samples.incident(
        id="inc-81", phase=Phase.CLOSED, resolution=Resolution.HANDED_OVER, closed_at=samples.at(30), service=None
    )


def test_open_incidents_are_listed_with_their_whole_id(run, daemon):
    daemon.incidents.append(closed())
    result = run("incidents")
    assert result.exit_code == 0
    assert samples.ID in result.stdout
    assert "waiting, page" in result.stdout
    assert "inc-81" not in result.stdout


def test_closed_ones_say_how_they_ended(run, daemon):
    daemon.incidents.append(closed())
    shown = run("incidents", "--state", "closed").stdout
    assert "handed over" in shown
    assert "not resolved" in shown
    assert samples.ID not in shown


def test_no_incident_is_said(run, daemon):
    daemon.incidents.clear()
    assert run("incidents").stdout == "no open incidents\n"


def test_the_json_of_incidents_reads_back_as_records(run, daemon):
    listed = json.loads(run("incidents", "--json").stdout)["incidents"]
    assert [Incident.model_validate(each) for each in listed] == daemon.incidents


def test_show_prints_the_report_and_its_json_reads_back(run, daemon):
    assert "CONCLUSION" in run("show", "inc-7").stdout
    assert Report.model_validate_json(run("show", "inc-7", "--json").stdout) == samples.report()


def test_the_json_form_cannot_steer_a_terminal(run, daemon):
    daemon.reports[samples.ID] = samples.report(summary="\x1b[2J\x9b2J\u202e")
    text = run("show", samples.ID, "--json").stdout
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["summary"] == "\x1b[2J\x9b2J\u202e"


def test_without_a_daemon_one_line_says_how_to_start_one(run):
    result = run("incidents", "--url", "http://127.0.0.1:1")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "start one with `steadyhand serve`" in result.stderr


def test_an_unknown_id_ends_with_2(run, daemon):
    result = run("show", "nope")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no incident begins with 'nope'" in result.stderr
