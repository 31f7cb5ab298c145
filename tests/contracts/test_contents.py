"""One contract for what ConfigMaps held: the real store on SQLite and the one in memory keep and forget alike."""

from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from agent.model.content import HistoryLimits
from agent.model.entity import Entity
from agent.policy.contents import keepable
from integrations.store.open import open_store
from tests.fakes import memory_store

NOW = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
LIMITS = HistoryLimits(bytes_of_one=1000)
SETTINGS = Entity(kind="ConfigMap", namespace="shop", name="settings")
OTHER = Entity(kind="ConfigMap", namespace="shop", name="other")


@pytest.fixture(params=["sqlite", "memory"])
async def contents(request, tmp_path):
    if request.param == "memory":
        yield memory_store().contents
        return
    async with aclosing(await open_store(tmp_path / "data")) as opened:
        yield opened.store.contents


def content(word: str, minutes: float = 0, entity: Entity = SETTINGS):
    return keepable(entity, {"mode": word}, {"blob": "AAE="}, NOW + timedelta(minutes=minutes), LIMITS)


async def words(contents, entity: Entity = SETTINGS) -> list[str]:
    found = [await contents.get(entity, version.digest) for version in await contents.versions(entity)]
    return [each.data["mode"] for each in found]


async def test_what_was_kept_is_found_whole_by_its_digest(contents):
    kept = content("Zürich \u0000")
    assert await contents.keep(kept)
    assert await contents.get(SETTINGS, kept.digest) == kept
    assert await contents.get(OTHER, kept.digest) is None
    assert await contents.get(SETTINGS, "unknown") is None


async def test_the_same_content_seen_again_is_one_version_seen_longer(contents):
    assert await contents.keep(content("a"))
    assert not await contents.keep(content("a", 5))
    assert not await contents.keep(content("a", 3))
    (version,) = await contents.versions(SETTINGS)
    assert (version.since, version.seen_at) == (NOW, NOW + timedelta(minutes=5))


async def test_a_content_that_comes_back_is_a_version_of_its_own(contents):
    for minutes, word in enumerate("aba"):
        assert await contents.keep(content(word, minutes))
    assert await words(contents) == ["a", "b", "a"]
    assert (await contents.get(SETTINGS, content("a").digest)).since == NOW + timedelta(minutes=2)


async def test_versions_of_other_objects_are_not_mixed_in(contents):
    await contents.keep(content("a"))
    await contents.keep(content("b", entity=OTHER))
    assert not await contents.keep(content("a", 1))
    assert await words(contents) == ["a"]


async def test_too_many_versions_of_one_object_lose_the_oldest(contents):
    for minutes, word in enumerate("abcd"):
        await contents.keep(content(word, minutes))
    await contents.keep(content("x", entity=OTHER))
    assert await contents.trim(LIMITS.evolve(versions=2), NOW) == 2
    assert await words(contents) == ["c", "d"]
    assert await words(contents, OTHER) == ["x"]


async def test_what_was_not_seen_for_long_goes(contents):
    await contents.keep(content("a"))
    await contents.keep(content("b", 60 * 24 * 5))
    assert await contents.trim(LIMITS.evolve(days=10), NOW + timedelta(days=12)) == 1
    assert await words(contents) == ["b"]
    assert await contents.trim(LIMITS.evolve(days=10), NOW + timedelta(days=30)) == 1
    assert await words(contents) == []


async def test_too_many_bytes_lose_the_oldest_but_no_object_its_newest(contents):
    for minutes, word in enumerate("abc"):
        await contents.keep(content(word, minutes))
    await contents.keep(content("x", entity=OTHER))
    size = content("a").size
    await contents.trim(LIMITS.evolve(bytes_of_all=3 * size), NOW)
    assert await words(contents) == ["b", "c"]
    await contents.trim(LIMITS.evolve(bytes_of_all=0), NOW)
    assert (await words(contents), await words(contents, OTHER)) == (["c"], ["x"])
