import os
import signal
import subprocess
import sys

from agent.cli import watch
from agent.model.incident import Phase
from agent.model.journal import Topic
from tests.cli import entries, samples


def test_watch_tells_the_whole_story_and_ends_when_it_is_remembered(run, daemon):
    result = run("watch", "inc-7")
    assert result.exit_code == 0
    assert "14:06:01 opened" in result.stdout
    assert "remembered search fails" in result.stdout


def test_watch_without_an_id_follows_the_newest_open_one_and_names_the_others(run, daemon):
    daemon.incidents.append(samples.incident(id="inc-81"))
    result = run("watch")
    assert result.exit_code == 0
    assert "also open: inc-81" in result.stdout
    assert "opened" in result.stdout


def test_watch_ends_when_the_incident_is_closed_though_nothing_more_was_said(run, daemon):
    daemon.journal = [entries.entry(Topic.OPENED, samples.incident())]
    daemon.reports[samples.ID] = samples.report(incident=samples.incident(phase=Phase.CLOSED))
    result = run("watch", samples.ID)
    assert result.exit_code == 0
    assert result.stdout.count("opened") == 1


def test_a_daemon_that_comes_back_is_followed_further(run, daemon, monkeypatch):
    monkeypatch.setattr(watch, "_PAUSE_SECONDS", 0)
    answers = iter([(503, b"{}"), (503, b"{}")])
    whole = daemon.answer

    def restarting(method, path, query, body):
        if path.endswith("journal") and (away := next(answers, None)):
            return away[0], {}
        return whole(method, path, query, body)

    daemon.answer = restarting
    result = run("watch", samples.ID)
    assert result.exit_code == 0
    assert result.stdout.count("lost the daemon, trying again") == 1
    assert "remembered" in result.stdout


def test_a_daemon_that_stays_away_ends_the_watch_with_2(run, daemon, monkeypatch):
    monkeypatch.setattr(watch, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(watch, "_PATIENCE", 3)
    whole = daemon.answer
    daemon.answer = lambda method, path, *rest: (503, {}) if path.endswith("journal") else whole(method, path, *rest)
    result = run("watch", samples.ID)
    assert result.exit_code == 2
    assert "gave up after 3 tries" in result.stderr


def test_ctrl_c_ends_the_watching_cleanly(daemon):
    daemon.incidents.clear()
    command = [sys.executable, "-u", "-m", "agent", "watch"]
    environment = {**os.environ, "STEADYHAND_URL": daemon.url}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    ) as running:
        assert "waiting for one" in running.stdout.readline()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert "stopped watching; the incident goes on" in out
    assert (running.returncode, err) == (0, "")
