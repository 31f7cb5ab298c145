import asyncio
import socket

import pytest

from agent.model.question import ConnectQuestion, Gap, GapReason, SpansQuestion
from agent.model.record import Window
from integrations.kubernetes.connecting import attempt, within
from integrations.kubernetes.source import KubernetesSource
from tests.kubernetes.objects import at

HERE = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}


async def test_a_listener_accepts_and_never_sees_a_byte():
    seen: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def connected(reader, writer):
        seen.set_result(await reader.read())
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        answer = await attempt("127.0.0.1", server.sockets[0].getsockname()[1])
        assert answer.accepted
        assert await asyncio.wait_for(seen, 5) == b""


async def test_a_port_nobody_listens_on_refuses():
    with socket.socket() as held:  # bound, so that nobody else takes it, and not listening
        held.bind(("127.0.0.1", 0))
        answer = await attempt("127.0.0.1", held.getsockname()[1])
    assert not answer.accepted
    assert "refused" in answer.detail


async def test_a_black_hole_ends_with_the_time_it_was_given():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        crowd = [socket.socket() for _ in range(8)]
        for each in crowd:  # the backlog is full of connections nobody accepts: the next is neither taken nor refused
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        answer = await attempt("127.0.0.1", port, seconds=0.2)
        for each in crowd:
            each.close()
    assert not answer.accepted
    assert "no answer" in answer.detail


async def test_a_name_that_does_not_resolve_is_an_answer():
    answer = await attempt("nobody-here.invalid", 80)
    assert not answer.accepted


@pytest.mark.parametrize(
    ("server", "environment", "inside"),
    [
        ("https://10.96.0.1:443", HERE, True),
        ("https://10.96.0.1", HERE, True),
        ("https://[fd00::1]:443", {**HERE, "KUBERNETES_SERVICE_HOST": "fd00::1"}, True),
        ("https://10.96.0.1:6443", HERE, False),
        ("https://another.example", HERE, False),
        ("https://10.96.0.1", {}, False),
    ],
)
def test_within_is_a_pod_of_the_cluster_that_is_asked(server, environment, inside):
    assert within(server, environment) is inside


async def test_from_outside_nothing_is_tried(api, server):
    answer = await KubernetesSource(api).ask(ConnectQuestion(namespace="shop", service="web", port=80))
    assert isinstance(answer, Gap)
    assert answer.reason is GapReason.NOT_CONFIGURED
    assert server.requests == []


async def test_spans_are_not_configured_and_no_request_is_made_for_them(api, server):
    answer = await KubernetesSource(api).ask(SpansQuestion(namespace="shop", window=Window(start=at(0), end=at(1))))
    assert isinstance(answer, Gap)
    assert answer.reason is GapReason.NOT_CONFIGURED
    assert "trace store" in answer.detail
    assert server.requests == []
