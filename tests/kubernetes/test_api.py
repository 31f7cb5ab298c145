import json
from datetime import UTC, datetime

import pytest

from agent.model.entity import Entity
from agent.model.question import (
    ChangesQuestion,
    EventsQuestion,
    Gap,
    GapReason,
    LogsQuestion,
    NodesQuestion,
    PodsQuestion,
    WorkloadQuestion,
)
from agent.model.record import Window
from integrations.kubernetes.api import PAGE, connect
from integrations.kubernetes.changes import _COLLECTIONS
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.route import Route
from integrations.kubernetes.source import KubernetesSource
from tests.kubernetes.objects import at
from tests.kubernetes.scripted_server import answers, hangs_up, says, stalls

NODES = Route("v1", "nodes")
PATH = "/api/v1/nodes"
NODE = {"metadata": {"name": "n1", "creationTimestamp": "2026-11-01T00:00:00Z"}}
LIST = {"items": [NODE]}
TRUNCATED = b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\nContent-Type: application/json\r\n\r\n{"items": ['


async def trouble(call) -> Failure:
    with pytest.raises(Failure) as caught:
        await call
    return caught.value


@pytest.mark.parametrize(
    ("replies", "requests"),
    [
        pytest.param([says(429, "busy", {"Retry-After": "0"}), answers(200, LIST)], 2, id="429 with Retry-After"),
        pytest.param([says(500, "oops"), says(503, "not yet"), answers(200, LIST)], 3, id="5xx twice"),
        pytest.param([says(502, "gateway"), says(504, "gateway"), answers(200, LIST)], 3, id="a proxy's 5xx"),
        pytest.param([hangs_up(), answers(200, LIST)], 2, id="connection closed without an answer"),
        pytest.param([hangs_up(TRUNCATED), answers(200, LIST)], 2, id="connection closed within the body"),
        pytest.param([stalls(), answers(200, LIST)], 2, id="no answer in time"),
        pytest.param([answers(200, b'{"items": [{'), answers(200, LIST)], 2, id="half a JSON"),
    ],
)
async def test_a_read_is_repeated_where_that_helps(api, server, replies, requests):
    server.on(PATH, *replies)
    assert await api.collect(NODES) == [NODE]
    assert len(server.requests) >= requests  # the HTTP client may silently repeat one on a closed connection


@pytest.mark.parametrize(
    ("reply", "reason", "says_also", "requests"),
    [
        pytest.param(says(401, "Unauthorized"), GapReason.REFUSED, "credentials are not accepted", 2, id="401"),
        pytest.param(
            says(403, 'nodes is forbidden: User "x" cannot list resource "nodes" in API group "" at the cluster scope'),
            GapReason.REFUSED,
            'cannot list resource "nodes"',
            1,
            id="403",
        ),
        pytest.param(answers(403, b"<html>proxy</html>"), GapReason.REFUSED, "read nodes", 1, id="a proxy's 403"),
        pytest.param(says(404, "not found"), GapReason.EMPTY, "not found", 1, id="404"),
        pytest.param(says(400, "bad"), GapReason.FAILED, "400", 1, id="400"),
        pytest.param(says(500, "etcd is down"), GapReason.FAILED, "etcd is down", 4, id="500 for ever"),
        pytest.param(says(429, "later", {"Retry-After": "3600"}), GapReason.FAILED, "429", 1, id="429 for an hour"),
        pytest.param(stalls(), GapReason.TIMED_OUT, "no answer within 0.5 s", 2, id="silence"),
        pytest.param(answers(200, b'{"items": ['), GapReason.FAILED, "not whole JSON", 2, id="truncated JSON"),
        pytest.param(
            answers(200, rb'{"items": [], "a": "\ud800"}'), GapReason.FAILED, "not whole JSON", 2, id="half a pair"
        ),
        pytest.param(answers(200, b"\xff\xfe\x00"), GapReason.FAILED, "not whole JSON", 2, id="no text at all"),
        pytest.param(hangs_up(TRUNCATED), GapReason.FAILED, "the connection broke", 3, id="cut off for ever"),
        pytest.param(answers(200, {"items": []}), GapReason.EMPTY, "no nodes", 1, id="an empty list"),
        pytest.param(answers(200, {"items": None}), GapReason.EMPTY, "no nodes", 1, id="no list"),
        pytest.param(answers(200, [1, 2]), GapReason.FAILED, "no object of the API", 2, id="JSON of another shape"),
        pytest.param(answers(200, {"error": "x"}), GapReason.FAILED, "no items in it", 2, id="somebody else's JSON"),
        pytest.param(answers(200, b"[" * 10**5), GapReason.FAILED, "not whole JSON", 2, id="JSON without a bottom"),
        pytest.param(says(429, "x", {"Retry-After": "\u00b2"}), GapReason.FAILED, "429", 4, id="429 until ²"),
    ],
)
async def test_a_question_without_an_answer_is_a_gap_with_its_reason(api, server, reply, reason, says_also, requests):
    server.on(PATH, reply)
    gap = await KubernetesSource(api).ask(NodesQuestion())
    assert isinstance(gap, Gap)
    assert gap.reason is reason
    assert says_also in gap.detail
    assert len(server.requests) >= requests


async def test_an_unreachable_server_is_a_gap_that_names_it(tmp_path, server):
    await server.stop()
    connected = await connect(server.kubeconfig(tmp_path), timeout_seconds=1)
    gap = await KubernetesSource(connected).ask(NodesQuestion())
    assert gap.reason is GapReason.FAILED
    assert f"127.0.0.1:{server.port}" in gap.detail
    assert "no connection" in gap.detail
    await connected.close()


async def test_a_secret_in_an_error_text_is_masked(api, server):
    server.on(PATH, says(400, "bad header Authorization: Bearer abcdefghijklmnop"))
    gap = await KubernetesSource(api).ask(NodesQuestion())
    assert "abcdefghijklmnop" not in gap.detail
    assert "first-token" not in gap.detail


async def test_after_a_401_the_credentials_are_read_again(server, tmp_path):
    connected = await connect(server.kubeconfig(tmp_path, {"token": "old"}), timeout_seconds=1)
    server.on(PATH, says(401, "Unauthorized"), answers(200, LIST))
    server.kubeconfig(tmp_path, {"token": "new"})
    assert await connected.collect(NODES) == [NODE]
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer old", "Bearer new"]
    await connected.close()


async def test_a_kubeconfig_gone_since_the_start_is_a_refusal_not_a_crash(server, tmp_path):
    path = server.kubeconfig(tmp_path)
    connected = await connect(path, timeout_seconds=1)
    server.on(PATH, says(401, "Unauthorized"))
    (tmp_path / "kubeconfig").unlink()
    failure = await trouble(connected.get(NODES))
    assert failure.trouble is Trouble.UNAUTHENTICATED
    assert "does not exist" in str(failure)
    await connected.close()


async def test_a_list_is_read_page_by_page(api, server):
    server.on(PATH, answers(200, {"items": [NODE], "metadata": {"continue": "t1"}}), answers(200, LIST))
    assert await api.collect(NODES) == [NODE, NODE]
    assert [request.query.get("continue") for request in server.requests] == [None, ["t1"]]
    assert all(request.query["limit"] == [str(PAGE)] for request in server.requests)


async def test_an_expired_continuation_starts_over_once(api, server):
    first = answers(200, {"items": [NODE], "metadata": {"continue": "t1"}})
    server.on(PATH, first, says(410, "expired"), first, answers(200, LIST))
    assert await api.collect(NODES) == [NODE, NODE]
    assert len(server.requests) == 4
    server.on(PATH, first, says(410, "expired"), first, says(410, "expired"))
    assert (await trouble(api.collect(NODES))).trouble is Trouble.EXPIRED


async def test_a_list_without_end_is_out_of_range(api, server):
    endless = {"items": [NODE] * 10_000, "metadata": {"continue": "more"}}
    server.on(PATH, answers(200, endless))
    gap = await KubernetesSource(api).ask(NodesQuestion())
    assert gap.reason is GapReason.OUT_OF_RANGE
    assert len(server.requests) == 2


async def test_a_write_is_sent_once_whatever_happens(api, server):
    path = "/apis/apps/v1/namespaces/shop/deployments/web"
    for reply in (says(500, "x"), says(429, "x", {"Retry-After": "0"}), stalls()):
        server.requests.clear()
        server.on(path, reply)
        await trouble(api.put(Route("apps/v1", "deployments", "shop", "web"), {"spec": {}}))
        assert len(server.asked(path, "PUT")) == 1


@pytest.mark.parametrize("name", ["../../secrets/x", "a/b", "UPPER", "x" * 300, "a..b", "..", "%2e%2e", "a?b=c", " "])
async def test_a_name_no_object_can_have_is_never_sent(api, server, name):
    gap = await KubernetesSource(api).ask(WorkloadQuestion(namespace="shop", name=name))
    assert gap.reason is GapReason.EMPTY
    assert server.requests == []


async def test_a_kind_that_is_no_workload_is_empty(api, server):
    gap = await KubernetesSource(api).ask(PodsQuestion(entity=Entity(kind="External", name="stripe")))
    assert gap.reason is GapReason.EMPTY
    assert server.requests == []


async def test_proxy_variables_do_not_touch_the_way_to_the_api_server(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    connected = await connect(server.kubeconfig(tmp_path), timeout_seconds=1)
    server.on(PATH, answers(200, LIST))
    assert await connected.collect(NODES) == [NODE]
    await connected.close()


async def test_odd_objects_in_a_list_cost_only_themselves(api, server):
    odd = [None, 7, {}, {"metadata": None}, {"metadata": {"name": 3}, "involvedObject": [], "count": "many"}]
    good = {"reason": "BackOff", "message": "token=abc123", "lastTimestamp": "2026-11-01T00:00:00Z", "count": 4}
    server.on("/api/v1/namespaces/shop/events", answers(200, {"items": [*odd, good]}))
    found = (await KubernetesSource(api).ask(EventsQuestion(namespace="shop"))).items
    assert len(found) == 4
    assert (found[-1].reason, found[-1].count, found[-1].last_at) == ("BackOff", 4, datetime(2026, 11, 1, tzinfo=UTC))
    assert "abc123" not in found[-1].message


async def test_logs_ask_for_the_tail_of_the_first_container_and_come_back_clean(api, server):
    log = b"2026-11-01T00:00:00.123456789Z \x1b[31mfailed\x1b[0m password=hunter2\n2026-11-01T00:00:01Z ok\n\n"
    server.on(
        "/api/v1/namespaces/shop/pods/web-1",
        answers(200, {"metadata": {}, "spec": {"containers": [{"name": "app"}, {"name": "x"}]}}),
    )
    server.on("/api/v1/namespaces/shop/pods/web-1/log", answers(200, log))
    answer = await KubernetesSource(api).ask(LogsQuestion(namespace="shop", pod="web-1", previous=True, lines=50))
    assert [line.text for line in answer.excerpt.lines] == ["failed password=[redacted]", "ok"]
    assert answer.excerpt.lines[0].at == datetime(2026, 11, 1, 0, 0, 0, 123456, tzinfo=UTC)
    (request,) = server.asked("/api/v1/namespaces/shop/pods/web-1/log")
    assert {key: request.query[key] for key in ("container", "tailLines", "previous", "timestamps")} == {
        "container": ["app"],
        "tailLines": ["50"],
        "previous": ["true"],
        "timestamps": ["true"],
    }


async def test_no_previous_run_is_empty(api, server):
    server.on("/api/v1/namespaces/shop/pods/web-1/log", says(400, 'previous terminated container "app" not found'))
    gap = await KubernetesSource(api).ask(LogsQuestion(namespace="shop", pod="web-1", container="app", previous=True))
    assert gap.reason is GapReason.EMPTY
    assert "previous terminated container" in gap.detail


async def test_a_large_answer_is_parsed_whole(api, server):
    many = [{**NODE, "metadata": {**NODE["metadata"], "name": f"n{n:04}", "x": "y" * 200}} for n in range(2000)]
    server.on(PATH, answers(200, json.dumps({"items": many}).encode()))
    assert len(await api.collect(NODES)) == 2000


async def test_no_change_found_is_no_answer_of_none_while_a_part_could_not_be_looked_at(api, server):
    question = ChangesQuestion(namespace="shop", window=Window(start=at(-30), end=at(30)))
    for path in server_lists():
        server.on(path, answers(200, {"items": []}))
    assert (await KubernetesSource(api).ask(question)).reason is GapReason.EMPTY
    server.on("/api/v1/namespaces/shop/secrets", says(403, "no"))
    answer = await KubernetesSource(api).ask(question)
    assert (answer.items, ["Secrets" in part for part in answer.unseen]) == ([], [True])


def server_lists() -> list[str]:
    """Every collection that is looked through for changes."""
    return [
        Route(where.api, where.resource, "" if where.cluster else "shop").path
        for where in _COLLECTIONS.values()
        if not where.extension
    ] + ["/apis"]
