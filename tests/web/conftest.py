"""A client before the HTTP door, with and without tokens."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from agent.errors import SteadyhandError
from agent.model.alert import Alert, AlertStatus
from integrations.web.app import app
from tests.web.memory_operations import MemoryOperations

TOKENS = {"alice": "token-of-alice", "bob": "token-of-bob"}
START = datetime(2026, 11, 23, 10, tzinfo=UTC)


def parse(body: bytes) -> list[Alert]:
    """Bodies of these tests: a list of service names."""
    try:
        names = json.loads(body)
    except ValueError:
        raise SteadyhandError("the body is not JSON; send a list of names") from None
    return [
        Alert(
            fingerprint=name,
            status=AlertStatus.FIRING,
            starts_at=START + timedelta(minutes=number),
            labels={"alertname": "Burn", "service": name},
        )
        for number, name in enumerate(names)
    ]


def client_of(operations, tokens=None, **options) -> httpx.AsyncClient:
    application = app(operations, tokens=tokens or {}, parse=parse, **options)
    return httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://steadyhand")


@pytest.fixture
def operations() -> MemoryOperations:
    return MemoryOperations()


@pytest.fixture
async def client(operations) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(operations) as open_door:
        yield open_door


@pytest.fixture
async def guarded(operations) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(operations, TOKENS) as closed_door:
        yield closed_door


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
