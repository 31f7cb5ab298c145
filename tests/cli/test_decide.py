import os
import pty
import subprocess
import sys

import pytest

from tests.cli import samples


def on_a_terminal(daemon, answer, *arguments):
    """Run the command with a terminal as its standard input, type the answer; (status, output)."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "STEADYHAND_URL": daemon.url, "NO_COLOR": "1"}
    command = [sys.executable, "-m", "agent", *arguments]
    try:
        os.write(ours, answer.encode())
        done = subprocess.run(
            command,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            timeout=60,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    return done.returncode, done.stdout.decode()


def test_approve_shows_the_card_and_sends_the_digest_it_showed(daemon):
    status, shown = on_a_terminal(daemon, "y\n", "approve", "inc-7", "--by", "ada")
    digest = samples.proposal().digest
    assert status == 0, shown
    assert f"Approve digest {digest[:8]}?" in shown
    assert "roll Deployment store/search back to revision 7" in shown
    assert daemon.decisions == [{"digest": digest, "decision": "approved", "reason": "", "by": "ada"}]


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_anything_but_yes_decides_nothing(daemon, answer):
    status, shown = on_a_terminal(daemon, answer, "approve", samples.ID)
    assert status == 2
    assert "Nothing was decided" in shown
    assert daemon.decisions == []


def test_without_a_terminal_approval_needs_yes(run, daemon):
    result = run("approve", samples.ID)
    assert result.exit_code == 2
    assert "repeat with --yes" in result.stderr
    assert daemon.decisions == []


def test_yes_approves_without_asking_and_still_shows_the_card(run, daemon):
    result = run("approve", samples.ID, "--yes", "--by", "ci")
    assert result.exit_code == 0
    assert "blast radius" in result.stdout
    assert "approved by ci (cli)" in result.stdout
    assert daemon.decisions[0]["by"] == "ci"


def test_the_login_name_is_who_decides_unless_said_otherwise(run, daemon, monkeypatch):
    monkeypatch.setenv("LOGNAME", "grace")
    assert run("approve", samples.ID, "--yes").exit_code == 0
    assert daemon.decisions[0]["by"] == "grace"


def test_a_denial_carries_its_reason(run, daemon):
    assert run("deny", samples.ID, "--reason", "not on a friday", "--by", "ada").exit_code == 0
    assert (daemon.decisions[0]["decision"], daemon.decisions[0]["reason"]) == ("denied", "not on a friday")


@pytest.mark.parametrize("arguments", [[], ["--reason", ""], ["--reason", "  "]])
def test_a_denial_without_a_reason_is_refused(run, daemon, arguments):
    result = run("deny", samples.ID, *arguments)
    assert result.exit_code == 2
    assert "--reason" in result.stderr
    assert daemon.decisions == []


def test_a_question_that_is_no_longer_open_is_said_in_the_daemons_words(run, daemon):
    daemon.refusal = "expired at 14:37"
    result = run("approve", samples.ID, "--yes")
    assert result.exit_code == 2
    assert "expired at 14:37" in result.stderr
    assert "approved by" not in result.stdout


def test_without_an_open_question_there_is_nothing_to_approve(run, daemon):
    daemon.proposal = None
    result = run("approve", samples.ID, "--yes")
    assert result.exit_code == 2
    assert "nothing is being asked" in result.stderr
