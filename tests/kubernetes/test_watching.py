"""What a watched collection says, whatever the server does to the watch: the truth as far as it was told, or nothing."""

import asyncio
import ssl
import tracemalloc
from asyncio import sslproto
from contextlib import asynccontextmanager

import pytest

from integrations.kubernetes import watching
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.route import Route
from integrations.kubernetes.watching import View, Watched

JSON = "application/json"
PODS = Route("v1", "pods", "shop")


def pod(name, version, namespace="shop", **more):
    return {"metadata": {"name": name, "namespace": namespace, "resourceVersion": version}, **more}


def event(kind, name, version, **more):
    return {"type": kind, "object": pod(name, version, **more)}


class Server:
    """A collection that can be listed and watched; what it tells is put into `events`, and None ends a watch."""

    def __init__(self):
        self.objects, self.version, self.events = [pod("a", "1")], "1", asyncio.Queue()
        self.lists, self.watches, self.renewals, self.trouble = 0, [], 0, None

    async def collection(self, _route, *, accept):
        self.lists += 1
        assert accept
        if self.trouble:
            raise Failure(self.trouble, "no")
        return list(self.objects), self.version

    @asynccontextmanager
    async def watching(self, _route, accept, version, _silence):
        self.watches.append((accept, version))
        yield self._told()

    async def _told(self):
        while (said := await self.events.get()) is not None:
            if isinstance(said, Failure):
                raise said
            yield said

    async def renewed(self):
        self.renewals += 1


@pytest.fixture
def server():
    return Server()


@pytest.fixture
async def watched(server, monkeypatch):
    monkeypatch.setattr(watching, "_FIRST_PAUSE", 0.001)
    monkeypatch.setattr(watching, "_LATER", 0.02)
    made = Watched(server, ["shop"], jitter=lambda: 0.0)
    yield made
    await made.aclose()


async def until(look):
    async with asyncio.timeout(5):
        while not (found := look()):  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.002)
    return found


def names(watched, route=PODS, accept=JSON):
    return [each["metadata"]["name"] for each in watched.now(route, accept) or []]


async def test_what_was_never_asked_about_is_not_known_and_is_watched_from_then_on(watched, server):
    assert watched.now(PODS, JSON) is None
    assert await until(lambda: names(watched)) == ["a"]
    assert (server.lists, server.watches) == (1, [(JSON, "1")])


async def test_it_is_what_the_server_has_told_in_the_order_of_a_list(watched, server):
    watched.now(PODS, JSON)
    await until(lambda: names(watched))
    for told in (event("ADDED", "c", "2"), event("ADDED", "b", "3"), event("MODIFIED", "a", "4", spec={"n": 1})):
        server.events.put_nowait(told)
    server.events.put_nowait(event("DELETED", "c", "5"))
    server.events.put_nowait({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "9"}}})
    await until(lambda: names(watched) == ["a", "b"])
    assert watched.now(PODS, JSON)[0]["spec"] == {"n": 1}
    assert server.lists == 1


async def test_a_watch_that_ends_goes_on_from_the_last_version_without_another_list(watched, server):
    watched.now(PODS, JSON)
    await until(lambda: names(watched))
    server.events.put_nowait({"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "7"}}})
    server.events.put_nowait(None)
    await until(lambda: len(server.watches) == 2)
    assert server.watches[1] == (JSON, "7")
    assert await until(lambda: names(watched)) == ["a"]
    assert server.lists == 1


@pytest.mark.parametrize(
    "expired",
    [
        {"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}},
        {"type": "ADDED", "object": {}},
        {"type": "MODIFIED"},
        {},
    ],
    ids=["410", "no object", "nothing", "empty"],
)
async def test_after_an_error_or_what_is_no_event_everything_is_listed_again(watched, server, expired):
    watched.now(PODS, JSON)
    await until(lambda: names(watched))
    server.objects, server.version = [pod("z", "20")], "20"
    server.events.put_nowait(expired)
    await until(lambda: names(watched) == ["z"])
    assert server.watches[-1] == (JSON, "20")


async def test_while_the_watch_is_broken_nothing_is_known(watched, server):
    watched.now(PODS, JSON)
    await until(lambda: names(watched))
    server.trouble = Trouble.UNREACHABLE
    server.events.put_nowait({"type": "ERROR", "object": {}})
    await until(lambda: watched.now(PODS, JSON) is None)
    server.trouble = None
    assert await until(lambda: names(watched)) == ["a"]


async def test_what_we_may_not_list_is_not_asked_for_again_and_again(watched, server):
    server.trouble = Trouble.FORBIDDEN
    watched.now(PODS, JSON)
    await until(lambda: server.lists)
    await asyncio.sleep(0.05)
    assert (server.lists, watched.now(PODS, JSON)) == (1, None)


async def test_credentials_that_are_no_longer_accepted_are_read_again(watched, server):
    watched.now(PODS, JSON)
    await until(lambda: names(watched))
    server.events.put_nowait(Failure(Trouble.UNAUTHENTICATED, "expired"))
    await until(lambda: server.renewals and names(watched))
    assert server.renewals == 1


async def test_lists_of_metadata_are_watched_as_metadata(watched, server):
    accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    watched.now(Route("v1", "secrets", "shop"), accept)
    await until(lambda: server.watches)
    assert server.watches[0][0] == "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


async def test_what_only_an_incident_asks_about_is_watched_later_and_forgotten_when_nobody_asks(
    watched, server, monkeypatch
):
    elsewhere = Route("v1", "pods", "elsewhere")
    watched.now(elsewhere, JSON)
    assert server.lists == 0
    assert await until(lambda: names(watched, elsewhere)) == ["a"]
    monkeypatch.setattr(watching, "_FORGOTTEN", 0.0)
    server.events.put_nowait(None)
    await until(lambda: watched._views == {})
    watched.now(elsewhere, JSON)
    await until(lambda: watched._views == {})
    assert server.lists == 1


async def test_there_are_never_more_than_so_many(watched, monkeypatch):
    monkeypatch.setattr(watching, "MOST", 1)
    watched.now(PODS, JSON)
    assert watched.now(Route("v1", "services", "shop"), JSON) is None
    assert len(watched._views) == 1


async def test_a_connection_with_tls_does_not_keep_a_quarter_of_a_megabyte(watched):
    loop, context = asyncio.get_running_loop(), ssl.create_default_context()
    tracemalloc.start()
    try:
        kept = [sslproto.SSLProtocol(loop, asyncio.Protocol(), context, None) for _ in range(20)]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held / len(kept) < 32_768


def test_an_event_without_a_version_makes_it_unknown():
    view = View()
    view.listed([pod("a", "1")], "1")
    with pytest.raises(Failure, match="the watch ended"):
        view.told(event("ADDED", "b", ""))
    assert view.version == ""
