"""Events on the target: what is sent, and that no trouble with them is anybody else's."""

import asyncio
from datetime import UTC, datetime

import pytest

from agent.model.entity import Entity
from agent.model.notice import Notice, NoticeReason
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.notices import LONGEST, MOST_AT_ONCE, KubernetesNotices, event

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


class Server:
    """The part of Api that notices use: keeps what is created, or fails."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure, self.tried, self.open = failure, [], asyncio.Event()
        self.open.set()

    async def create(self, route, body):
        self.tried.append((route, body))
        await self.open.wait()
        if self.failure:
            raise self.failure
        return body


def notice(reason=NoticeReason.ACTED, **changes) -> Notice:
    target = Entity(kind="Deployment", namespace="shop", name="web")
    fields = {"target": target, "uid": "u1", "text": "roll back: done", "incident_id": "inc-1", "key": "k1"}
    return Notice(**{**fields, "reason": reason, **changes})


async def sent(notices: KubernetesNotices) -> None:
    await notices.aclose()


async def test_an_event_names_the_object_by_its_uid_in_the_objects_namespace():
    server = Server()
    notices = KubernetesNotices(server)
    notices.tell(notice())
    await sent(notices)
    ((route, body),) = server.tried
    assert route.path == "/api/v1/namespaces/shop/events"
    assert body["involvedObject"] == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "namespace": "shop",
        "name": "web",
        "uid": "u1",
    }
    assert (body["reason"], body["type"], body["message"]) == ("SteadyhandActed", "Normal", "roll back: done (inc-1)")


@pytest.mark.parametrize("reason", NoticeReason)
def test_what_a_person_should_look_at_is_a_warning(reason):
    troubling = {NoticeReason.NOT_DONE, NoticeReason.NOT_RECOVERED, NoticeReason.CANNOT_TELL}
    assert event(notice(reason), NOW)["type"] == ("Warning" if reason in troubling else "Normal")


def test_the_same_notice_has_the_same_name_and_another_one_another():
    names = {event(each, NOW)["metadata"]["name"] for each in (notice(), notice(), notice(key="k2"))}
    assert len(names) == 2


def test_a_long_text_with_a_secret_in_it_is_cut_and_masked():
    message = event(notice(text="password=hunter2 " + "x" * 5000), NOW)["message"]
    assert len(message) <= LONGEST
    assert "hunter2" not in message


def test_the_event_of_an_object_without_a_namespace_is_where_kubernetes_puts_it():
    body = event(notice(target=Entity(kind="Node", name="n1")), NOW)
    assert body["metadata"]["namespace"] == "default"
    assert body["involvedObject"] == {"apiVersion": "v1", "kind": "Node", "name": "n1", "uid": "u1"}


@pytest.mark.parametrize(
    "failure",
    [*(Failure(trouble, "no") for trouble in Trouble), RuntimeError("a fault of ours"), OSError("cut")],
    ids=str,
)
async def test_no_failure_reaches_who_tells(failure):
    notices = KubernetesNotices(Server(failure))
    notices.tell(notice())
    await sent(notices)


async def test_a_missing_right_is_found_once_and_not_tried_again():
    server = Server(Failure(Trouble.FORBIDDEN, "may not create events"))
    notices = KubernetesNotices(server)
    for number in range(5):
        notices.tell(notice(key=str(number)))
        await sent(notices)
    assert len(server.tried) == 1


async def test_another_failure_does_not_end_the_telling():
    server = Server(Failure(Trouble.TIMED_OUT, "too slow"))
    notices = KubernetesNotices(server)
    for number in range(3):
        notices.tell(notice(key=str(number)))
        await sent(notices)
    assert len(server.tried) == 3


async def test_a_server_that_does_not_answer_holds_nobody_up_and_nothing_piles_up():
    server = Server()
    server.open.clear()
    notices = KubernetesNotices(server)
    for number in range(MOST_AT_ONCE * 3):
        notices.tell(notice(key=str(number)))
    await asyncio.sleep(0)
    assert len(server.tried) == MOST_AT_ONCE
    server.open.set()
    await sent(notices)


async def test_what_is_not_in_the_cluster_gets_no_event():
    server = Server()
    notices = KubernetesNotices(server)
    notices.tell(notice(target=Entity(kind="External", name="flags")))
    await sent(notices)
    assert server.tried == []
