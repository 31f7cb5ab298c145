"""What people change in the workspace reaches the app, and what the app changed itself is dropped by Bolt."""

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from tests.slackfake.events import changed


@pytest.fixture
async def heard(slack, client):
    events = []
    app = AsyncApp(client=client, signing_secret=slack.state.signing_secret)

    async def message(event):
        events.append(event)

    app.event("message")(message)
    handler = AsyncSocketModeHandler(app, slack.state.app_token)
    await handler.connect_async()
    await slack.socket.connected()
    yield events
    await handler.close_async()
    await handler.client.close()


async def test_what_people_edit_and_delete_is_told_with_what_it_was(slack, client, channel, ann, heard):
    ts = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    await slack.people.reply(ts, "why?", ann)
    [reply] = slack.state.thread(ts)
    await slack.people.edit(reply, "why not the deploy?")
    await slack.people.remove(reply)
    await slack.until(lambda: len(heard) == 3)

    assert [event.get("subtype") for event in heard] == [None, "message_changed", "message_deleted"]
    assert (heard[1]["message"]["thread_ts"], heard[1]["message"]["text"]) == (ts, "why not the deploy?")
    assert [heard[number]["previous_message"]["text"] for number in (1, 2)] == ["why?", "why not the deploy?"]
    assert slack.state.thread(ts) == []
    with pytest.raises(LookupError, match="gone"):
        await slack.people.remove(reply)


async def test_bolt_acknowledges_and_drops_what_the_app_did_itself(slack, client, channel, ann, heard):
    ts = (await client.chat_postMessage(channel=channel, text="burns"))["ts"]
    await client.chat_update(channel=channel, ts=ts, text="fine")
    message = slack.state.message(ts)
    told = [await slack.people.tell(channel, event) for event in (message.json(), changed(message, "edited"))]
    await slack.people.reply(ts, "thanks", ann)
    await slack.until(lambda: heard)

    assert [delivery.acked for delivery in told] == [True, True]
    assert [event["text"] for event in heard] == ["thanks"]


async def test_an_administrator_deletes_the_apps_own_message(slack, client, channel, heard):
    ts = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    await slack.people.remove(slack.state.message(ts))
    assert slack.state.shown(channel) == []
    answer = await client.conversations_history(channel=channel)
    assert answer["messages"] == []
