"""Who may use the HTTP door, and under which name."""

import os
import pwd
import sys

import httpx
import pytest

from integrations.web.app import app
from integrations.web.peer import login_of
from integrations.web.server import HttpServer
from tests.web.conftest import TOKENS, bearer, parse

ALERTS = "/api/v1/alerts/alertmanager"
INCIDENTS = "/api/v1/incidents"
ONE = f"{INCIDENTS}/inc-checkout"


async def test_with_tokens_a_decision_bears_the_tokens_name_whatever_the_body_says(guarded, operations):
    await operations.receive(parse(b'["checkout"]'))
    digest = operations.ask("inc-checkout").digest

    decided = await guarded.post(
        f"{ONE}/decision",
        json={"digest": digest, "decision": "approved", "by": "alice"},
        headers=bearer("token-of-bob"),
    )

    assert decided.json()["by"] == "bob"


ASKED = [
    ("POST", ALERTS),
    ("GET", INCIDENTS),
    ("GET", ONE),
    ("GET", f"{ONE}/journal"),
    ("GET", f"{ONE}/proposal"),
    ("POST", f"{ONE}/decision"),
]
WRONG = [
    {},
    bearer(""),
    bearer("token-of-mallory"),
    bearer("token-of-alic"),
    bearer("token-of-alicee"),
    {"Authorization": "token-of-alice"},
    {"Authorization": "Basic token-of-alice"},
    {"Authorization": b"Bearer \xff\xfe"},
]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(("method", "path"), ASKED)
async def test_with_tokens_nothing_is_answered_without_the_right_one(guarded, operations, method, path, wrong):
    answer = await guarded.request(method, path, headers=wrong, content=b'["checkout"]')

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="steadyhand"'
    assert operations.found == {}
    assert not any(token in answer.text for token in TOKENS.values())


@pytest.mark.parametrize("header", ["Bearer token-of-alice", "bearer token-of-bob", "BEARER  token-of-bob "])
async def test_every_configured_token_opens_the_door(guarded, header):
    answer = await guarded.post(ALERTS, json=["checkout"], headers={"Authorization": header})

    assert answer.status_code == 202


def test_an_empty_token_is_refused_when_the_door_is_built(operations):
    with pytest.raises(ValueError, match="an empty token would let everybody in"):
        app(operations, tokens={"alice": ""}, parse=parse)


async def test_without_tokens_a_page_in_a_browser_may_not_decide(client, operations):
    await operations.receive(parse(b'["checkout"]'))
    digest = operations.ask("inc-checkout").digest

    answer = await client.post(
        f"{ONE}/decision", json={"digest": digest, "decision": "approved"}, headers={"Origin": "http://evil.example"}
    )

    assert answer.status_code == 403
    assert operations.decided == {}


async def test_without_tokens_the_owner_of_the_socket_is_known_and_no_header_makes_it_another(operations):
    server = HttpServer(app(operations, tokens={}, parse=parse), "127.0.0.1", 0)
    await server.start()
    await operations.receive(parse(b'["checkout"]'))
    me = pwd.getpwuid(os.getuid()).pw_name
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
            for forged in ({}, {"X-Forwarded-For": "127.0.0.1:1"}, {"Forwarded": "for=10.0.0.1"}):
                digest = operations.ask("inc-checkout").digest
                operations.decided.clear()
                question = {"digest": digest, "decision": "approved", "by": "ana (api:ana)"}
                decided = await client.post(f"{ONE}/decision", json=question, headers=forged)
                assert decided.json()["identity"] == (f"login:{me}" if sys.platform == "linux" else "")
                assert decided.json()["by"] == "ana apiana"
    finally:
        await server.stop()


@pytest.mark.parametrize(
    ("peer", "here"),
    [(None, None), (("10.0.0.1", 1), ("10.0.0.2", 2)), (("127.0.0.1", 1), ("127.0.0.1", 2)), (("x", 1), ("y", 2))],
)
def test_whoever_is_not_at_the_other_end_of_a_local_connection_is_nobody(peer, here):
    assert login_of(peer, here) == ""


async def test_an_incident_is_taken_over_under_the_tokens_name(guarded, operations):
    await operations.receive(parse(b'["checkout"]'))
    taken = await guarded.post(f"{ONE}/take", json={"by": "mallory"}, headers=bearer("token-of-bob"))
    again = await guarded.post(f"{ONE}/take", headers=bearer("token-of-alice"))
    back = await guarded.post(f"{ONE}/hand-back", headers=bearer("token-of-alice"))
    assert taken.json()["taken_by"] == "api:bob"
    assert (again.status_code, again.json()["error"]) == (409, "api:bob is on it already")
    assert (back.status_code, back.json()["taken_by"]) == (200, "")
    assert (await guarded.post(f"{ONE}/take")).status_code == 401


@pytest.mark.parametrize(
    "narrow", [{"replicas": [3]}, {"replicas": {}}, {"x" * 65: 1}, 3, {str(n): n for n in range(9)}]
)
async def test_a_narrowing_that_is_none_is_400(client, operations, narrow):
    await operations.receive(parse(b'["checkout"]'))
    digest = operations.ask("inc-checkout").digest
    answer = await client.post(f"{ONE}/decision", json={"digest": digest, "decision": "approved", "narrow": narrow})
    assert (answer.status_code, "narrow" in answer.json()["error"]) == (400, True)
    assert operations.decided == {}


@pytest.mark.parametrize("field", ["identity", "person", "channel", "narrowed", "awaits", "at"])
async def test_what_a_decision_proves_cannot_be_sent(guarded, operations, field):
    await operations.receive(parse(b'["checkout"]'))
    question = {"digest": operations.ask("inc-checkout").digest, "decision": "approved", field: "api:alice"}
    answer = await guarded.post(f"{ONE}/decision", json=question, headers=bearer("token-of-bob"))
    assert (answer.status_code, answer.json()["error"].startswith(f"{field}: unknown key")) == (400, True)
