"""Who may use the HTTP door, and under which name."""

import pytest

from integrations.web.app import app
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
