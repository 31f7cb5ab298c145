"""Watches of the real API server: what is watched is what is listed, and a round of an investigation lists nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agent.model.question import InventoryQuestion
from integrations.kubernetes.api import Api
from integrations.kubernetes.configs import METADATA_LIST
from integrations.kubernetes.route import Route
from integrations.kubernetes.source import KubernetesSource
from integrations.kubernetes.watching import Watched

pytestmark = pytest.mark.tier2
JSON = "application/json"


@pytest.fixture
async def watching(api, stage) -> AsyncIterator[Api]:
    """The namespace was surveyed once, and everything that was asked about is watched by now."""
    api.watched = Watched(api, [stage.namespace])
    await KubernetesSource(api).ask(InventoryQuestion(namespace=stage.namespace))
    await _until(lambda: all(view.live for view in api.watched._views.values()))
    yield api
    await api.watched.aclose()
    api.watched = None
    api.kept.renew()


async def _until(look) -> None:
    async with asyncio.timeout(20):
        while not look():  # noqa: ASYNC110 - the server does not say when it has told everything
            await asyncio.sleep(0.02)


def _told(found: list[dict]) -> list[tuple]:
    return [(each["metadata"]["name"], each["metadata"]["resourceVersion"]) for each in found]


async def test_what_is_watched_is_what_is_listed_after_every_change(watching, stage):
    await stage.deploy("web", "web:1", replicas=2)
    await stage.deploy("web", "web:2", replicas=2)
    path = f"/api/v1/namespaces/{stage.namespace}/configmaps"
    stage.api.create(path, {"metadata": {"name": "gone"}})
    stage.api.create(path, {"metadata": {"name": "kept"}, "data": {"k": "v"}})
    stage.api.request("DELETE", f"{path}/gone")
    routes = [
        Route("apps/v1", "deployments", stage.namespace),
        Route("apps/v1", "replicasets", stage.namespace),
        Route("v1", "pods", stage.namespace),
        Route("v1", "configmaps", stage.namespace),
    ]
    for route in routes:
        listed = _told(await watching.collect(route))
        await _until(lambda route=route, listed=listed: _told(watching.watched.now(route, JSON) or []) == listed)
    assert ("gone", "") not in [(name, "") for name, _ in listed]


async def test_of_secrets_only_metadata_is_watched(watching, stage):
    path = f"/api/v1/namespaces/{stage.namespace}/secrets"
    stage.api.create(path, {"metadata": {"name": "login"}, "stringData": {"password": "hunter2-watched"}})
    secrets = Route("v1", "secrets", stage.namespace)
    await _until(lambda: "login" in [name for name, _ in _told(watching.watched.now(secrets, METADATA_LIST) or [])])
    assert "hunter2" not in str(watching.watched.now(secrets, METADATA_LIST))
    assert all("data" not in each for each in watching.watched.now(secrets, METADATA_LIST))


async def test_a_round_of_an_investigation_lists_nothing_and_sees_the_same(watching, stage):
    await stage.deploy("web", "web:1", replicas=1)
    question = InventoryQuestion(namespace=stage.namespace)
    asked: list[str] = []
    begun = watching._begun
    watching._begun = lambda request, within: (asked.append(request.path), begun(request, within))[1]
    listed = await KubernetesSource(watching).ask(question)
    assert len(asked) > 20
    await asyncio.sleep(0.5)
    asked.clear()
    watching.kept.settle()
    seen = await KubernetesSource(watching).ask(question)
    assert asked == []
    assert seen.estate.evolve(at=None) == listed.estate.evolve(at=None)


async def test_what_we_wrote_or_decide_about_is_read_anew(watching, stage):
    pods = Route("v1", "pods", stage.namespace)
    watching.kept.settle()
    assert await watching.recent(pods) == watching.watched.now(pods, JSON)
    watching.kept.renew()
    assert await watching.recent(pods) is not watching.watched.now(pods, JSON)
