import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from agent.model.question import (
    ChangesQuestion,
    EventsQuestion,
    InventoryQuestion,
    MessagesQuestion,
    NodesQuestion,
    ServicesQuestion,
)
from agent.model.record import Window
from integrations.kubernetes.sharing import Sharing
from integrations.kubernetes.source import KubernetesSource
from tests.kubernetes.objects import BEGUN


async def test_those_who_ask_at_the_same_time_get_one_answer_and_later_ones_their_own():
    calls = []

    async def begin() -> int:
        calls.append(1)
        await asyncio.sleep(0)
        return len(calls)

    sharing: Sharing[str, int] = Sharing()
    assert await asyncio.gather(*(sharing.one("a", begin) for _ in range(3)), sharing.one("b", begin)) == [2, 2, 2, 2]
    assert await sharing.one("a", begin) == 3


async def test_a_failure_is_shared_and_forgotten():
    async def broken() -> int:
        raise ValueError("no")

    async def fine() -> int:
        return 1

    sharing: Sharing[str, int] = Sharing()
    for each in await asyncio.gather(*(sharing.one("a", broken) for _ in range(2)), return_exceptions=True):
        assert isinstance(each, ValueError)
    assert await sharing.one("a", fine) == 1


async def test_who_is_cancelled_does_not_take_the_answer_from_others():
    go = asyncio.Event()

    async def begin() -> str:
        await go.wait()
        return "here"

    sharing: Sharing[str, str] = Sharing()
    first, second = (asyncio.create_task(sharing.one("a", begin)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    go.set()
    assert await second == "here"


async def test_questions_of_one_survey_list_no_collection_twice(api, server):
    window = Window(start=BEGUN, end=BEGUN + timedelta(hours=1))
    source = KubernetesSource(api)
    questions = [
        ChangesQuestion(namespace="shop", window=window),
        EventsQuestion(namespace="shop"),
        ServicesQuestion(namespace="shop"),
        NodesQuestion(),
        InventoryQuestion(namespace="shop"),
        MessagesQuestion(namespace="shop", window=window),
    ]
    await asyncio.gather(*(source.ask(question) for question in questions))
    listed = Counter(
        (request.path, request.headers["accept"]) for request in server.requests if request.path != "/apis"
    )
    assert {each for each, times in listed.items() if times > 1} == set()
    assert len(listed) <= 36
