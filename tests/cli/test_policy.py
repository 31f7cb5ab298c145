"""`policy explain` and `policy check` as a person uses them."""

import asyncio
import json

import pytest

from agent.model.proposal import Answer, Permission, PermissionKind
from integrations.recording import archive
from tests.cli import samples
from tests.recording.records import investigated

SKETCH = """
at: 2026-12-24T10:00:00Z
action: {kind: restart, target: {kind: Deployment, namespace: shop, name: checkout}}
playbook: restart
pods: 1
service: shop/checkout
severity: page
evidence_at: 2026-12-24T09:55:00Z
rollouts: []
touches: []
silences: []
"""


@pytest.fixture
def sketch(tmp_path):
    path = tmp_path / "attempt.yaml"
    path.write_text(SKETCH + "hands_off: []\n")
    return path


def test_an_attempt_in_a_file_is_explained_rule_by_rule(run, sketch):
    shown = run("policy", "explain", str(sketch)).stdout
    assert "restart Deployment shop/checkout: ask a person" in shown
    assert "decided by autonomy" in shown
    assert "no freeze is on" in shown
    told = json.loads(run("policy", "explain", str(sketch), "--json").stdout)["permission"]
    assert (told["kind"], told["rule"], len(told["answers"]) > 10) == ("ask", "autonomy", True)


def test_what_the_file_leaves_out_is_unknown(run, tmp_path):
    path = tmp_path / "attempt.yaml"
    path.write_text(SKETCH)
    assert "decided by hands off" in run("policy", "explain", str(path)).stdout


def test_it_is_explained_by_a_configuration(run, sketch, tmp_path):
    config = tmp_path / "house.yaml"
    config.write_text(
        "policy:\n  approvers: [{people: 2, roles: [sre]}]\n"
        "  freezes: [{start: 2026-12-24T00:00:00Z, end: 2026-12-27T00:00:00Z, reason: Christmas}]\n"
    )
    shown = run("policy", "explain", str(sketch), "--config", str(config)).stdout
    assert "refused" in shown
    assert "frozen until 2026-12-27 00:00 UTC: Christmas" in shown
    assert "2 people in sre must approve" in shown


def test_an_incident_is_explained_by_what_the_daemon_decided(run, daemon):
    answers = [Answer(rule="autonomy", kind=PermissionKind.ASK, reason="so it is")]
    permission = Permission(kind=PermissionKind.ASK, rule="autonomy", reason="so it is", answers=answers, people=2)
    daemon.reports[samples.ID] = samples.report(proposal=samples.proposal(), permission=permission)
    shown = run("policy", "explain", samples.ID[:5]).stdout
    assert "ask 2 people" in shown
    assert "so it is" in shown
    daemon.reports[samples.ID] = samples.report(proposal=samples.proposal(), permission=permission.evolve(answers=[]))
    assert "was not kept by the version that decided" in run("policy", "explain", samples.ID[:5]).stdout


def test_an_incident_without_a_proposal_has_nothing_to_explain(run, daemon):
    daemon.reports[samples.ID] = samples.report(proposal=None, permission=None)
    result = run("policy", "explain", samples.ID[:5])
    assert (result.exit_code, "nothing was proposed" in result.stderr) == (2, True)


async def test_a_recording_is_explained_by_its_own_rules(run, tmp_path):
    path = tmp_path / "case.steadyhand"
    snapshot = await investigated(tmp_path / "state", "bad_release", 3)
    archive.write(snapshot, path)
    result = await asyncio.to_thread(run, "policy", "explain", str(path), "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["permission"] == snapshot.report.permission.model_dump(mode="json")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("playbook: restart", "action: is missing"),
        (SKETCH.replace("playbook: restart", "playbook: restrat"), "did you mean 'restart'"),
        (SKETCH + "burnt: 3\n", "burnt: unknown key"),
    ],
)
def test_a_mistake_in_the_file_is_named(run, tmp_path, text, told):
    path = tmp_path / "attempt.yaml"
    path.write_text(text)
    result = run("policy", "explain", str(path))
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())


def test_check_says_which_freezes_are_on(run, tmp_path):
    config = tmp_path / "house.yaml"
    config.write_text(
        "policy:\n  freezes: [{start: 2020-01-01T00:00:00Z, end: 2100-01-01T00:00:00Z, reason: for ever}]\n"
    )
    assert "frozen until 2100-01-01 00:00 UTC: for ever" in run("policy", "check", "--config", str(config)).stdout
    assert "no freeze is on" in run("policy", "check").stdout


def test_check_refuses_a_calendar_that_cannot_be_read(run, tmp_path):
    (tmp_path / "f.ics").write_text("<html>")
    config = tmp_path / "house.yaml"
    config.write_text(f"policy: {{calendars: [{{path: {tmp_path / 'f.ics'}}}]}}")
    result = run("policy", "check", "--config", str(config))
    assert result.exit_code == 2
    assert "does not end with END:VCALENDAR" in " ".join(result.stderr.split())
