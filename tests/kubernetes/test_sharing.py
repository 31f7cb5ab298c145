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
from integrations.kubernetes.sharing import RECENT, Sharing
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


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def counted():
    calls = []

    async def begin() -> int:
        calls.append(1)
        await asyncio.sleep(0)
        return len(calls)

    return begin


async def test_while_it_settles_a_recent_answer_does_for_who_wants_no_newer_one(counted):
    clock = Clock()
    sharing: Sharing[str, int] = Sharing(clock=clock)
    assert await sharing.one("a", counted) == 1
    sharing.settle()
    assert await sharing.one("a", counted, recent=True) == 2, "nothing from before counts"
    clock.now = RECENT
    assert await sharing.one("a", counted, recent=True) == 2
    assert await sharing.one("a", counted) == 3, "who did not ask for a recent one gets a new one"
    clock.now = 2 * RECENT + 1
    assert await sharing.one("a", counted, recent=True) == 4, "too old"


async def test_after_a_renewal_nothing_asked_before_is_given_not_even_what_is_under_way(counted):
    sharing: Sharing[str, int] = Sharing(clock=Clock())
    sharing.settle()
    under_way = asyncio.ensure_future(sharing.one("a", counted, recent=True))
    await asyncio.sleep(0)
    sharing.renew()
    assert await sharing.one("a", counted, recent=True) == 2
    assert await under_way in (1, 2)
    sharing.settle()
    assert await sharing.one("a", counted, recent=True) == 3


async def test_failures_are_kept_only_where_they_are_as_good_as_an_answer():
    calls = []

    async def fails(error: Exception) -> int:
        calls.append(1)
        raise error

    sharing: Sharing[str, int] = Sharing(lambda error: isinstance(error, KeyError), clock=Clock())
    sharing.settle()
    for error in (ValueError(), ValueError(), KeyError(), KeyError(), KeyError()):
        with pytest.raises(type(error)):
            await sharing.one(type(error).__name__, lambda error=error: fails(error), recent=True)
    assert len(calls) == 3
