"""Secrets are planted wherever foreign text comes in, and looked for wherever ours goes out.

In: labels and annotations of alerts, container logs, Events, environment values, Prometheus' and the
API server's words about errors, and an exception of a library. Out: every byte on disk, the journal,
the report, the terminal, the question and its diff, the log lines. The doors are the real adapters,
over small HTTP servers that say what the test wants; the rest of the shop is simulated.
"""

import io
import json
import logging
from collections import defaultdict

import pytest
import structlog
from rich.console import Console

from agent import telemetry
from agent.cli import report_view
from agent.cli.story import Story as Teller
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.question import EventsQuestion, InstantQuestion, LogsQuestion
from agent.reasoning.promql import render
from integrations.kubernetes.api import connect
from integrations.kubernetes.source import KubernetesSource
from integrations.prometheus.source import Prometheus
from tests.kubernetes.scripted_server import ScriptedServer, answers
from tests.story import Story

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.plantedSignature0123456789"
CARRIERS = {
    "planted-password-1": "login failed: password={}",
    "planted-password-2": '{{"user": "svc", "db_password": "{}"}}',
    "planted-bearer-3456": "Authorization: Bearer {}",
    JWT: "rejected session {} of user 7",
    "AKIAPLANTED012345678": "no such key {} in region",
    "planted-aws-secret-4": "aws_secret_access_key = {}",
    "planted-url-secret-5": "cannot reach postgres://svc:{}@db.internal:5432/orders",
    "cGxhbnRlZC1rZXktNg==": "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
    "planted-api-key-7": "upstream said no: api_key: {}",
}
LINES = [carrier.format(secret) for secret, carrier in CARRIERS.items()]
BY_NAME = "planted-by-name-8"
"""Looks like nothing; only the name of what holds it gives it away."""

SECRETS = [*CARRIERS, BY_NAME]


class Paths(defaultdict):
    """Replies by the end of the path: the names of pods are the simulation's."""

    def __missing__(self, path):
        if path.endswith("/log"):
            stamped = "\n".join(
                f"2026-11-23T10:00:{20 + i}.5Z {line}" for i, line in enumerate("\n".join(LINES).split("\n"))
            )
            return [answers(200, stamped.encode())]
        if path.endswith("/events"):
            return [answers(200, {"items": [an_event(number, line) for number, line in enumerate(LINES)]})]
        complaint = {"status": "error", "errorType": "execution", "error": "; ".join(LINES)}
        return [answers(422, complaint)]


def an_event(number, message):
    return {
        "metadata": {"name": f"e{number}", "namespace": "shop", "uid": f"uid-{number}"},
        "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "checkout-x"},
        "type": "Warning",
        "reason": "Failed",
        "message": message,
        "firstTimestamp": "2026-11-23T10:00:20Z",
        "lastTimestamp": "2026-11-23T10:00:40Z",
        "count": 1,
    }


class Door:
    """Some questions go to a real adapter, the others to the simulation."""

    def __init__(self, real, simulated, through):
        self._real, self._simulated, self._through, self.accidents = real, simulated, through, 0

    async def ask(self, question):
        if self.accidents:
            self.accidents -= 1
            raise RuntimeError(f"a library fell over: {LINES[0]}")
        return await (self._real if self._through(question) else self._simulated).ask(question)


def long_window(question):
    """The burn over more than an hour: its absence does not stop an investigation."""
    return isinstance(question, InstantQuestion) and "[6h]" in render(question.query)


def text_of_others(question):
    return isinstance(question, LogsQuestion | EventsQuestion)


@pytest.fixture
def logged():
    """The log lines that `serve` would write."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    telemetry.configure("info", "json")
    root.handlers[0].setStream(stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
async def story(tmp_path, logged):
    server = await ScriptedServer(script=Paths()).start()
    api = await connect(server.kubeconfig(tmp_path), timeout_seconds=5, pause_seconds=0.01)
    prometheus = Prometheus(f"http://127.0.0.1:{server.port}", timeout_seconds=5)
    (tmp_path / "data").mkdir()
    story = Story.given(tmp_path / "data", seed=3)
    story.metrics._source = Door(prometheus, story.stage.metrics, long_window)
    story.cluster._source = Door(KubernetesSource(api), story.stage.cluster, text_of_others)
    yield story
    await story.end()
    await prometheus.aclose()
    await api.close()
    await server.stop()


def dressed(body):
    for alert in body["alerts"]:
        alert["annotations"] |= {"description": "\n".join(LINES), "db_password": BY_NAME}
        alert["labels"] |= {f"told_{number}": line for number, line in enumerate(LINES)} | {"api_token": BY_NAME}
        alert["generatorURL"] = "http://svc:planted-url-secret-5@prometheus.internal/graph"


async def everything_said(story, report):
    """By where it can be read."""
    console = Console(file=io.StringIO(), width=200)
    report_view.show(console, report)
    teller = Teller(console)
    entries = await story.daemon.journal(report.incident.id, 0, 0)
    for entry in entries:
        teller.tell(entry)
    return {
        "journal": "\n".join(entry.model_dump_json() for entry in entries),
        "report": report.model_dump_json(),
        "terminal": console.file.getvalue(),
        "question": report.proposal.model_dump_json(),
        "evidence": "\n".join(e.model_dump_json() for e in await story.ports.store.evidence.get(report.incident.id)),
        "memory": "\n".join(
            m.model_dump_json() for m in await story.ports.store.memory.recall(report.incident.service)
        ),
    }


async def play(story):
    world = story.stage.world
    env = {"DB_PASSWORD": BY_NAME, "ORDERS_URL": "postgres://svc:planted-url-secret-5@db.internal:5432/orders"}
    world.release("checkout", "registry.example/shop/checkout:1.4.2", env=env)
    story.stage.later(900)
    story.happens("bad_release")
    await story.start()
    story.cluster._source.accidents = 1
    await story.alerted(dressed)
    await story.approve()
    return await story.closed()


async def test_planted_secrets_are_nowhere_to_be_found_afterwards(story, logged):
    report = await play(story)
    assert report.incident.resolution is Resolution.RECOVERED
    places = await everything_said(story, report)
    await story.stop()
    places["log lines"] = logged.getvalue()
    on_disk = {str(path.name): path.read_bytes() for path in story.folder.rglob("*") if path.is_file()}
    assert {"steadyhand.db", "checkpoints.db"} <= on_disk.keys()
    places |= {name: content.decode("latin-1") for name, content in on_disk.items()}
    found = {(place, secret) for place, text in places.items() for secret in SECRETS if secret in text}
    assert not found


async def test_what_carried_the_secrets_did_arrive(story, logged):
    """Otherwise the test above would prove nothing."""
    report = await play(story)
    places = await everything_said(story, report)
    for word in ("login failed", "cannot reach postgres://", "rejected session", "no such key"):
        assert word in places["evidence"], word
    alert = report.incident.alerts[0]
    assert alert.annotations["description"].startswith("login failed: password=[redacted]")
    assert alert.labels["api_token"] == "[redacted]"
    assert any("HTTP 422" in gap or "login failed" in gap for item in report.coverage.items for gap in item.gaps)
    assert "DB_PASSWORD" in json.dumps([change.diff for change in report.changes])
    assert "a library fell over" in logged.getvalue()
    assert any("a step failed (RuntimeError)" in said for said in await story.said(Topic.TROUBLE))
