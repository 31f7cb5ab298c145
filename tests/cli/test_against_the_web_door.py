"""The client's verbs against the real HTTP application (integrations.web), over a real socket."""

import asyncio
import json
import threading
import time
from datetime import UTC, datetime

import pytest
import uvicorn

from agent.model.alert import Alert, AlertStatus
from integrations.web.app import app
from tests.web.memory_operations import MemoryOperations

TOKEN = "token-of-alice"


@pytest.fixture
def operations():
    alert = Alert(
        fingerprint="f",
        status=AlertStatus.FIRING,
        starts_at=datetime(2026, 11, 23, 10, tzinfo=UTC),
        labels={"alertname": "Burn", "service": "checkout"},
    )
    memory = MemoryOperations()

    async def begin():
        await memory.receive([alert])
        await memory.say("inc-checkout", "errors rose")

    asyncio.run(begin())
    memory.ask("inc-checkout")
    return memory


@pytest.fixture
def door(operations, monkeypatch):
    """The daemon's door, open only to alice; the environment points at it."""
    application = app(operations, tokens={"alice": TOKEN}, parse=lambda _body: [])
    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    monkeypatch.setenv("STEADYHAND_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("STEADYHAND_TOKEN", TOKEN)
    yield operations
    server.should_exit = True
    thread.join(timeout=10)


def test_the_verbs_read_what_the_door_says(door, run):
    assert "inc-checkout" in run("incidents").stdout
    assert json.loads(run("show", "inc-ch", "--json").stdout)["confidence"] == "NaN"
    assert "nothing is known yet" in run("show", "inc-checkout").stdout


def test_an_approval_is_recorded_once_under_the_tokens_name(door, run):
    first = run("approve", "inc-checkout", "--yes", "--by", "mallory")
    assert first.exit_code == 0, first.stderr
    assert "approved by alice (api:alice, http)" in first.stdout
    second = run("approve", "inc-checkout", "--yes")
    assert second.exit_code == 2
    assert "no open question" in second.stderr
    assert [decision.by for decision in door.decided.values()] == ["alice"]


def test_a_denial_reaches_the_door_with_its_reason(door, run):
    assert run("deny", "inc-checkout", "--reason", "not now").exit_code == 0
    assert [decision.reason for decision in door.decided.values()] == ["not now"]


def test_without_the_token_the_door_stays_closed(door, run, monkeypatch):
    monkeypatch.delenv("STEADYHAND_TOKEN")
    result = run("incidents")
    assert result.exit_code == 2
    assert "STEADYHAND_TOKEN" in result.stderr


def test_watch_tells_the_journal_and_ends_with_the_incident(door, run, monkeypatch):
    monkeypatch.setattr("agent.cli.watch.WAIT_SECONDS", 0.1)
    door.close("inc-checkout")
    result = run("watch", "inc-checkout")
    assert result.exit_code == 0, result.stderr
    assert "finding    errors rose" in result.stdout


def test_less_than_was_asked_reaches_the_door(door, run):
    assert run("approve", "inc-checkout", "--yes", "--narrow", "replicas=3").exit_code == 0
    assert door.narrowings == [{"replicas": 3}]


def test_who_may_not_is_told_who_may(door, run):
    door.allowed = ["api:bob"]
    refused = run("approve", "inc-checkout", "--yes")
    assert refused.exit_code == 2
    assert "alice may not approve; who may: api:bob" in refused.stderr


def test_an_incident_is_taken_over_once_and_handed_back(door, run):
    taken = run("take", "inc-checkout", "--by", "mallory")
    assert (taken.exit_code, "api:alice is on it" in run("incidents").stdout) == (0, True)
    assert "steadyhand hand-back inc-checkout" in taken.stdout
    assert "on it already" in run("take", "inc-checkout").stderr
    assert run("hand-back", "inc-checkout").exit_code == 0
    assert "is on it" not in run("incidents").stdout
    assert "nobody has taken" in run("hand-back", "inc-checkout").stderr
