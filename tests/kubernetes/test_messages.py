from datetime import timedelta

from agent.model.question import Gap, GapReason, Messages, MessagesQuestion
from agent.model.record import Window
from integrations.kubernetes.source import KubernetesSource
from tests.kubernetes.objects import BEGUN, at, stamp
from tests.kubernetes.scripted_server import answers, says

PODS, SERVICES = "/api/v1/namespaces/shop/pods", "/api/v1/namespaces/shop/services"
WINDOW = Window(start=BEGUN, end=BEGUN + timedelta(minutes=30))
SECRET = "hunter2-planted"


def pod(name: str, hash_: str = "5d8f", *, app: str = "web", ready: bool = True, **container) -> dict:
    status = {"name": "app", "ready": ready, "state": {"running": {}}, **container}
    owner = {"controller": True, "kind": "ReplicaSet", "name": f"{app}-{hash_}", "uid": "u"}
    labels = {"app": app, "pod-template-hash": hash_}
    return {
        "metadata": {"name": name, "namespace": "shop", "labels": labels, "ownerReferences": [owner]},
        "spec": {"containers": [{"name": "app"}]},
        "status": {
            "phase": "Running",
            "containerStatuses": [status],
            "conditions": [{"type": "Ready", "status": str(ready)}],
        },
    }


def log(name: str) -> str:
    return f"{PODS}/{name}/log"


def lines(*said: tuple[float, str]) -> bytes:
    return "".join(f"{stamp(minutes)} {text}\n" for minutes, text in said).encode()


async def ask(api, services: list[str] | None = None, limit: int = 500):
    question = MessagesQuestion(namespace="shop", services=services or [], window=WINDOW, limit=limit)
    return await KubernetesSource(api).ask(question)


async def test_lines_of_all_services_come_oldest_first_taken_apart_and_masked(api, server):
    server.on(PODS, answers(200, {"items": [pod("web-1"), pod("api-1", app="api")]}))
    server.on(log("web-1"), answers(200, lines((2, '{"level":"error","msg":"no such host","host":"idx-2"}'))))
    server.on(log("api-1"), answers(200, lines((1, f"INFO token={SECRET} loaded"), (3, "plain"))))
    answer = await ask(api)
    assert isinstance(answer, Messages)
    assert [(each.service, each.level, each.at) for each in answer.items] == [
        ("api", "info", at(1)),
        ("web", "error", at(2)),
        ("api", "", at(3)),
    ]
    assert (answer.items[1].text, answer.items[1].fields, answer.items[1].pod) == (
        "no such host",
        {"host": "idx-2"},
        "web-1",
    )
    assert SECRET not in answer.model_dump_json()
    assert answer.unseen == []


async def test_only_the_window_is_asked_for_and_only_it_comes_back(api, server):
    server.on(PODS, answers(200, {"items": [pod("web-1")]}))
    server.on(log("web-1"), answers(200, lines((-1, "before"), (5, "within"), (31, "after"))))
    answer = await ask(api, limit=70)
    assert [each.text for each in answer.items] == ["within"]
    (request,) = server.asked(log("web-1"))
    assert request.query["sinceTime"] == ["2026-11-01T12:00:00Z"]
    assert request.query["tailLines"] == ["70"]


async def test_a_restarted_container_is_asked_for_both_of_its_runs_and_the_limit_is_shared(api, server):
    server.on(PODS, answers(200, {"items": [pod("web-1", restartCount=2)]}))
    server.on(log("web-1"), answers(200, lines((1, "panic: gone"))), answers(200, lines((2, "starting"))))
    answer = await ask(api, limit=10)
    assert len(answer.items) == 2
    asked = server.asked(log("web-1"))
    assert sorted("previous" in request.query for request in asked) == [False, True]
    assert {request.query["tailLines"][0] for request in asked} == {"5"}


async def test_a_log_that_cannot_be_read_is_named_and_the_others_come(api, server):
    server.on(PODS, answers(200, {"items": [pod("web-1"), pod("api-1", app="api")]}))
    server.on(log("web-1"), answers(200, lines((1, "here"))))
    server.on(log("api-1"), says(403, "no"))
    answer = await ask(api)
    assert [each.service for each in answer.items] == ["web"]
    (why,) = answer.unseen
    assert why.startswith("api: ")
    assert "RBAC" in why


async def test_no_log_at_all_is_the_reason_of_the_first(api, server):
    server.on(PODS, answers(200, {"items": [pod("web-1")]}))
    server.on(log("web-1"), says(403, "no"))
    answer = await ask(api)
    assert isinstance(answer, Gap)
    assert answer.reason is GapReason.REFUSED


async def test_a_service_of_another_name_leads_to_its_pods_and_keeps_the_name_it_was_asked_by(api, server):
    server.on(PODS, answers(200, {"items": [pod("web-1"), pod("api-1", app="api")]}))
    server.on(
        SERVICES, answers(200, {"items": [{"metadata": {"name": "front"}, "spec": {"selector": {"app": "web"}}}]})
    )
    server.on(log("web-1"), answers(200, lines((1, "here"))))
    answer = await ask(api, ["front", "gone"])
    assert [each.service for each in answer.items] == ["front"]
    assert answer.unseen == ["gone: it has no pods"]
    assert server.asked(log("api-1")) == []


async def test_a_crowded_namespace_costs_one_list_and_twelve_logs_and_says_whom_it_left_out(api, server):
    names = [f"s{number:02}" for number in range(20)]
    server.on(PODS, answers(200, {"items": [pod(f"{name}-1", app=name) for name in names]}))
    for name in names:
        server.on(log(f"{name}-1"), answers(200, lines((1, "here"))))
    answer = await ask(api)
    assert len(server.requests) == 13
    assert {each.service for each in answer.items} == set(names[:12])
    assert [each.split(":")[0] for each in answer.unseen] == names[12:]


async def test_a_namespace_without_pods_is_an_empty_gap(api, server):
    server.on(PODS, answers(200, {"items": []}))
    answer = await ask(api)
    assert isinstance(answer, Gap)
    assert answer.reason is GapReason.EMPTY


async def test_the_kubelets_own_words_are_no_log_line_but_the_reason_there_is_none(api, server):
    server.on(PODS, answers(200, {"items": [pod("web-1"), pod("api-1", app="api")]}))
    server.on(log("web-1"), answers(200, b"unable to retrieve container logs for containerd://c808"))
    server.on(log("api-1"), answers(200, lines((1, "here"))))
    answer = await ask(api)
    assert [each.service for each in answer.items] == ["api"]
    (why,) = answer.unseen
    assert "web" in why
    assert "unable to retrieve" in why
