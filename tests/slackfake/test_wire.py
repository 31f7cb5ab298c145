"""What is under the conversations: pings, too many websockets, and the headers with which Slack tells again."""

import asyncio
import contextlib

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from tests.slackfake.server import SlackFake
from tests.slackfake.socketmode import MOST_CONNECTIONS


async def test_the_sdk_answers_the_pings_of_slack(slack, client):
    handler = AsyncSocketModeHandler(AsyncApp(client=client), slack.state.app_token)
    await handler.connect_async()
    await slack.socket.connected()
    assert await slack.socket.pinged() == 1
    await handler.close_async()
    await handler.client.close()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_sdk_connects_anew_once_when_it_is_asked_to(slack, client, reason):
    handler = AsyncSocketModeHandler(AsyncApp(client=client), slack.state.app_token)
    await handler.connect_async()
    await slack.socket.connected()
    await slack.socket.disconnect(reason)
    await slack.until(lambda: slack.socket.opened == 2)
    assert await slack.socket.pinged() == 1
    await handler.close_async()
    await handler.client.close()
    assert slack.socket.opened == 2


async def test_who_does_not_hang_up_when_asked_to_is_hung_up_on(slack, client):
    slack.socket.grace_seconds = 0.05
    url = (await client.apps_connections_open(app_token=slack.state.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as connection:
        await connection.receive_json()
        ending = asyncio.create_task(slack.socket.disconnect())
        assert (await connection.receive_json())["reason"] == "refresh_requested"
        assert (await connection.receive()).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
        await ending
    assert slack.socket.connections == []


async def test_one_websocket_too_many_is_told_so_and_hung_up_on(slack, client):
    async with aiohttp.ClientSession() as session, contextlib.AsyncExitStack() as stack:
        firsts = []
        for _ in range(MOST_CONNECTIONS + 1):
            url = (await client.apps_connections_open(app_token=slack.state.app_token))["url"]
            connection = await stack.enter_async_context(session.ws_connect(url))
            firsts.append(await connection.receive_json())
        last = await connection.receive()

    assert [one["type"] for one in firsts] == [*["hello"] * MOST_CONNECTIONS, "disconnect"]
    assert firsts[-1]["reason"] == "too_many_websockets"
    assert last.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}


@pytest.fixture
async def failing():
    """The workspace, and an address that keeps the headers it gets and fails, with headers of the test's."""
    got, answered = [], {}

    async def fail(request):
        got.append(request.headers)
        return web.Response(status=500, headers=answered)

    app = web.Application()
    app.router.add_post("/slack", fail)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with SlackFake(signed_url=f"http://127.0.0.1:{runner.addresses[0][1]}/slack") as slack:
        yield slack, got, answered
    await runner.cleanup()


async def test_an_event_that_failed_is_told_again_with_its_number_and_reason(failing):
    slack, got, _answered = failing
    ann, room = slack.state.user("ann"), slack.state.channel("incidents")
    await slack.people.say(room.id, "hello", ann)

    told = [(one.get("X-Slack-Retry-Num"), one.get("X-Slack-Retry-Reason")) for one in got]
    assert told == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]


async def test_an_app_can_ask_not_to_be_told_again(failing):
    slack, got, answered = failing
    answered["X-Slack-No-Retry"] = "1"
    ann, room = slack.state.user("ann"), slack.state.channel("incidents")
    event = await slack.people.say(room.id, "hello", ann)

    assert (event.acked, event.failures, len(got)) == (False, ["http_error 500"], 1)
