"""The HTTP door, asked as a client would ask it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from agent.errors import Temporary
from agent.model.alert import Alert
from agent.model.audit import AuditKind, AuditNote
from agent.model.proposal import Decision
from agent.model.report import Report
from agent.model.snapshot import Snapshot
from agent.policy.chain import EMPTY, linked
from agent.telemetry import metrics
from tests.web.conftest import client_of
from tests.web.memory_operations import MemoryOperations

ALERTS = "/api/v1/alerts/alertmanager"
INCIDENTS = "/api/v1/incidents"
ONE = f"{INCIDENTS}/inc-checkout"


def counted(outcome: str) -> float:
    return metrics().registry.get_sample_value("steadyhand_webhooks_total", {"outcome": outcome}) or 0


async def test_alerts_are_accepted_with_the_incidents_they_belong_to(client, operations):
    before = counted("accepted")

    answer = await client.post(ALERTS, json=["checkout", "search", "checkout"])

    assert (answer.status_code, answer.json()) == (202, {"incidents": ["inc-checkout", "inc-search"], "accepted": 3})
    assert set(operations.found) == {"inc-checkout", "inc-search"}
    assert counted("accepted") == before + 1


async def test_a_malformed_webhook_is_400_with_the_parsers_sentence_and_stores_nothing(client, operations):
    before = counted("malformed")

    answer = await client.post(ALERTS, content=b"{")

    assert (answer.status_code, answer.json()) == (400, {"error": "the body is not JSON; send a list of names"})
    assert operations.found == {}
    assert counted("malformed") == before + 1
    assert (await client.post(ALERTS, json=["checkout"])).status_code == 202


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_the_limit_is_413_whether_or_not_it_was_announced(operations, announced):
    async def in_chunks() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 10

    async with client_of(operations, max_body=100) as client:
        answer = await client.post(ALERTS, content=b" " * 110 if announced else in_chunks())
        exact = await client.post(ALERTS, content=b'["checkout"]'.ljust(100))

    assert (answer.status_code, answer.json()) == (
        413,
        {"error": "the body is larger than 100 bytes; send less at once"},
    )
    assert exact.status_code == 202


async def test_incidents_are_listed_newest_first_by_state(client, operations):
    await client.post(ALERTS, json=["checkout", "search", "cart"])
    operations.close("inc-search")

    async def listed(query: str) -> list[str]:
        return [one["id"] for one in (await client.get(INCIDENTS + query)).json()["incidents"]]

    assert await listed("") == ["inc-cart", "inc-search", "inc-checkout"]
    assert await listed("?state=all&limit=1") == ["inc-cart"]
    assert await listed("?state=open") == ["inc-cart", "inc-checkout"]
    assert await listed("?state=closed") == ["inc-search"]


async def test_a_report_comes_in_its_versioned_form(client):
    await client.post(ALERTS, json=["checkout"])

    answer = await client.get(ONE)

    assert answer.json()["schema_version"] == "steadyhand.report/v1"
    assert answer.json()["confidence"] == "NaN"
    assert Report.model_validate(answer.json()).incident.id == "inc-checkout"


async def test_a_recording_is_given_out_whole_or_refused_with_the_reason(client, guarded, operations):
    await client.post("/api/v1/alerts/alertmanager", json=["checkout"])
    path = "/api/v1/incidents/inc-checkout/snapshot"
    answer = await client.get(path)
    assert answer.status_code == 200
    assert Snapshot.model_validate_json(answer.content).incident.id == "inc-checkout"
    assert (await guarded.get(path)).status_code == 401
    operations.unrecordable.add("inc-checkout")
    refused = await client.get(path)
    assert (refused.status_code, refused.json()) == (409, {"error": "nothing of it was investigated yet"})


async def test_what_is_answered_for_is_read_by_who_may(client, guarded, operations):
    await client.post(ALERTS, json=["checkout"])
    assert (await client.get(f"{ONE}/audit")).json() == {"entries": []}
    note = AuditNote(
        kind=AuditKind.DECIDED, incident_id="inc-checkout", who="kim (cli)", what="restart", result="denied"
    )
    operations.answered_for.append(linked(note, EMPTY, datetime.now(UTC)))
    answer = await client.get(f"{ONE}/audit")
    assert [one["note"]["who"] for one in answer.json()["entries"]] == ["kim (cli)"]
    assert (await guarded.get(f"{ONE}/audit")).status_code == 401


async def test_the_hand_over_note_is_markdown(client, guarded):
    await client.post(ALERTS, json=["checkout"])
    answer = await client.get(f"{ONE}/handover")
    assert answer.headers["content-type"].startswith("text/markdown")
    assert "## Could not be seen" in answer.text
    assert (await guarded.get(f"{ONE}/handover")).status_code == 401


async def test_the_journal_is_read_on_from_an_entry(client, operations):
    await client.post(ALERTS, json=["checkout"])
    for text in ("one", "two", "three"):
        await operations.say("inc-checkout", text)

    answer = await client.get(f"{ONE}/journal?after=1")

    assert [(one["seq"], one["text"]) for one in answer.json()["entries"]] == [(2, "two"), (3, "three")]
    assert (await client.get(f"{ONE}/journal?after=3")).json() == {"entries": []}


async def test_the_journal_waits_for_the_next_entry(client, operations):
    await client.post(ALERTS, json=["checkout"])

    waiting = asyncio.create_task(client.get(f"{ONE}/journal?wait=30"))
    await operations.waited_for.wait()
    await operations.say("inc-checkout", "late")

    assert [one["text"] for one in (await waiting).json()["entries"]] == ["late"]


async def test_an_open_question_is_shown_with_its_digest_and_answered_once(client, operations):
    await client.post(ALERTS, json=["checkout"])
    proposal = operations.ask("inc-checkout")

    shown = (await client.get(f"{ONE}/proposal")).json()
    answer = {"digest": shown["digest"], "decision": "denied", "reason": "not now\x1b", "by": "carol"}
    decided = await client.post(f"{ONE}/decision", json=answer)
    again = await client.post(f"{ONE}/decision", json=answer)

    assert shown["digest"] == proposal.digest
    assert shown["proposal"]["action"]["to_revision"] == 4
    decision = Decision.model_validate(decided.json())
    assert (decided.status_code, decision.kind, decision.by, decision.channel, decision.reason) == (
        200,
        "denied",
        "carol",
        "http",
        "not now",
    )
    assert (again.status_code, again.json()) == (409, {"error": "already decided by carol"})
    assert (await client.get(f"{ONE}/proposal")).status_code == 404


async def test_who_does_not_say_who_they_are_is_anonymous(client, operations):
    await client.post(ALERTS, json=["checkout"])
    digest = operations.ask("inc-checkout").digest

    decided = await client.post(f"{ONE}/decision", json={"digest": digest, "decision": "approved"})

    assert (decided.json()["by"], decided.json()["kind"]) == ("anonymous", "approved")


BAD_REQUESTS = {
    "an unknown parameter": (
        "GET",
        f"{INCIDENTS}?stat=open",
        None,
        "stat: unknown parameter; allowed here: state, limit",
    ),
    "an unknown state": ("GET", f"{INCIDENTS}?state=done", None, "state: Input should be 'open', 'closed' or 'all'"),
    "a limit of nothing": ("GET", f"{INCIDENTS}?limit=0", None, "limit: Input should be greater than or equal to 1"),
    "a limit in words": ("GET", f"{INCIDENTS}?limit=many", None, "limit: Input should be a valid integer"),
    "a parameter twice": ("GET", f"{INCIDENTS}?limit=1&limit=2", None, "limit: is there twice; give it once"),
    "a parameter where none is": ("GET", f"{ONE}?wait=1", None, "wait: unknown parameter; allowed here: none"),
    "a wait without end": ("GET", f"{ONE}/journal?wait=inf", None, "wait: "),
    "a wait that is too long": (
        "GET",
        f"{ONE}/journal?wait=61",
        None,
        "wait: Input should be less than or equal to 60",
    ),
    "a negative start": ("GET", f"{ONE}/journal?after=-1", None, "after: Input should be greater than or equal to 0"),
    "a start beyond the database": ("GET", f"{ONE}/journal?after={2**63}", None, "after: Input should be less than"),
    "no JSON": ("POST", f"{ONE}/decision", b"yes", "the body is not JSON; send an object with: digest, decision"),
    "a list": ("POST", f"{ONE}/decision", b"[]", "the body must be a JSON object with: digest, decision"),
    "no digest": ("POST", f"{ONE}/decision", b'{"decision": "approved"}', "digest: is missing"),
    "an unknown decision": (
        "POST",
        f"{ONE}/decision",
        b'{"digest": "d", "decision": "expired"}',
        "decision: Input should be 'approved' or 'denied'",
    ),
    "an unknown key": (
        "POST",
        f"{ONE}/decision",
        b'{"digest": "d", "decision": "denied", "reson": "x"}',
        "reson: unknown key; allowed here: digest, decision, reason, by",
    ),
    "a reason without end": (
        "POST",
        f"{ONE}/decision",
        json.dumps({"digest": "d", "decision": "denied", "reason": "x" * 2001}).encode(),
        "reason: String should have at most 2000 characters",
    ),
}


@pytest.mark.parametrize("what", BAD_REQUESTS)
async def test_a_bad_request_is_400_and_names_what_is_bad(client, what):
    method, path, content, expected = BAD_REQUESTS[what]
    await client.post(ALERTS, json=["checkout"])

    answer = await client.request(method, path, content=content)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(expected)


@pytest.mark.parametrize(
    "path",
    [
        f"{INCIDENTS}/inc-none",
        f"{INCIDENTS}/inc-none/journal",
        f"{INCIDENTS}/inc-none/audit",
        f"{INCIDENTS}/inc-none/handover",
        f"{INCIDENTS}/inc-none/proposal",
        f"{INCIDENTS}/%1b%5b31m",
        f"{INCIDENTS}/{'x' * 200}",
        f"{ONE}/proposal",
        "/nothing",
    ],
)
async def test_what_is_not_there_is_404_with_a_sentence(client, path):
    await client.post(ALERTS, json=["checkout"])

    answer = await client.get(path)

    assert answer.status_code == 404
    assert answer.json()["error"]
    assert "\x1b" not in answer.json()["error"]


async def test_a_wrong_method_is_405_in_json(client):
    answer = await client.get(ALERTS)

    assert (answer.status_code, answer.json()) == (405, {"error": "GET is not possible here"})


async def test_probes_and_metrics_need_no_token(guarded, operations):
    assert (await guarded.get("/healthz")).status_code == 200
    assert (await guarded.get("/readyz")).json() == {"troubles": [], "lacking": []}
    exposed = await guarded.get("/metrics")
    assert exposed.headers["content-type"].startswith("text/plain")
    assert "# TYPE steadyhand_webhooks_total counter" in exposed.text


async def test_a_daemon_in_trouble_is_alive_but_not_ready_and_says_why(client, operations):
    operations.in_the_way = ["store: disk full, url postgres://me:planted@db"]

    answer = await client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["troubles"] == ["store: disk full, url postgres://[redacted]@db"]
    assert (await client.get("/healthz")).status_code == 200
    assert "steadyhand_ready 0.0" in (await client.get("/metrics")).text
    operations.in_the_way = []
    assert "steadyhand_ready 1.0" in (await client.get("/metrics")).text


async def test_a_daemon_that_cannot_reach_a_source_is_ready_all_the_same_and_says_so(client, operations):
    operations.out_of_reach = ["Prometheus: failed: https://me:planted@metrics:9090 refuses"]

    answer = await client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "troubles": [],
        "lacking": ["Prometheus: failed: https://[redacted]@metrics:9090 refuses"],
    }


class Broken(MemoryOperations):
    """A daemon whose store fails."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def receive(self, alerts: list[Alert]) -> list[str]:  # noqa: ARG002 - it fails whatever they are
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (Temporary("the store is locked; password=planted"), 503, "the store is locked; password=[redacted]"),
        (RuntimeError("token=planted"), 500, "this failed on our side; the daemon's log says why"),
    ],
)
async def test_a_failure_of_ours_is_5xx_so_that_the_sender_tries_again_and_tells_no_details(error, status, text):
    before = counted("failed")

    async with client_of(Broken(error)) as client:
        answer = await client.post(ALERTS, json=["checkout"])

    assert (answer.status_code, answer.json()) == (status, {"error": text})
    assert counted("failed") == before + 1
