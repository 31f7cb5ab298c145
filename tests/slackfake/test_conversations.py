"""The fake and Slack's own Bolt talk to each other: Socket Mode, signed HTTP, and the people in the workspace."""

import asyncio

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.slackfake.delivery import Delivery
from tests.slackfake.server import SlackFake
from tests.slackfake.signed import ATTACKS
from tests.slackfake.state import BOT_USER

BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Deny"}, "action_id": "deny", "value": "d1"}
CARD = [{"type": "actions", "elements": [BUTTON]}]
WHY = {"type": "plain_text_input", "action_id": "reason"}
MODAL = {
    "type": "modal",
    "callback_id": "denied",
    "title": {"type": "plain_text", "text": "Why not?"},
    "submit": {"type": "plain_text", "text": "Deny"},
    "blocks": [{"type": "input", "block_id": "why", "label": {"type": "plain_text", "text": "Reason"}, "element": WHY}],
}


class Heard:
    """A small app: it keeps what it heard, opens a modal on a press and edits the card on its submission."""

    def __init__(self, slack, client):
        self.presses, self.reasons, self.events, self.commands = [], [], [], []
        self.sleeps = []  # before the ack, one for each press
        self.app = AsyncApp(client=client, signing_secret=slack.state.signing_secret, process_before_response=True)
        self.app.action("deny")(self.press)
        self.app.view("denied")(self.submission)
        self.app.event("message")(self.message)
        self.app.command("/steady")(self.command)

    async def press(self, ack, body, client):
        if self.sleeps:
            await asyncio.sleep(self.sleeps.pop(0))
        await ack()
        self.presses.append(body)
        if len(self.presses) == 1:
            await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    async def submission(self, ack, view):
        reason = view["state"]["values"]["why"]["reason"]["value"]
        if len(reason) < 3:
            await ack(response_action="errors", errors={"why": "say more"})
            return
        await ack()
        self.reasons.append(reason)

    async def message(self, event):
        self.events.append(event)

    async def command(self, ack, command):
        self.commands.append(command)
        await ack("listening")


@pytest.fixture
async def app(slack, client):
    heard = Heard(slack, client)
    handler = AsyncSocketModeHandler(heard.app, slack.state.app_token)
    handler.client.ping_interval = 0.2
    await handler.connect_async()
    await slack.socket.connected()
    yield heard
    await handler.close_async()
    await handler.client.close()


@pytest.fixture
async def card(client, channel):
    return (await client.chat_postMessage(channel=channel, text="card", blocks=CARD))["ts"]


async def test_a_press_is_acknowledged_and_opens_a_modal_whose_errors_and_values_travel(slack, app, card, ann):
    pressed = await slack.people.press(card, "deny", ann)
    await slack.until(lambda: slack.state.views)
    [view] = slack.state.views.values()
    await slack.people.submit(view, {"reason": "no"}, ann)
    assert (view.open, view.errors) == (True, {"why": "say more"})
    await slack.people.submit(view, {"reason": "not now"}, ann)

    assert (pressed.acked, view.open, app.reasons) == (True, False, ["not now"])
    body = app.presses[0]
    assert (body["user"]["id"], body["actions"][0]["value"], body["message"]["ts"]) == (ann.id, "d1", card)


async def test_replies_in_a_thread_and_commands_are_heard(slack, app, card, channel, ann):
    await slack.people.reply(card, "why not the deploy?", ann)
    await slack.people.command("/steady", "status", ann, channel)
    await slack.until(lambda: app.events and app.commands)

    assert [(one["text"], one["thread_ts"]) for one in app.events] == [("why not the deploy?", card)]
    assert app.commands[0]["text"] == "status"
    assert [one.text for one in slack.state.ephemerals(ann.id)] == ["listening"]


async def test_what_the_app_has_no_scope_for_is_not_told_to_it(slack, app, card, ann):
    slack.state.tokens[slack.state.bot_token].scopes -= {"channels:history", "app_mentions:read"}
    assert await slack.people.reply(card, f"<@{BOT_USER}> why?", ann) is None


async def test_a_connection_that_only_seems_alive_is_given_up_by_the_sdk(slack, app, card, ann):
    slack.socket.muted = True
    await slack.until(lambda: slack.socket.opened >= 2)
    slack.socket.muted = False
    await slack.until(lambda: slack.socket.connections)
    assert (await slack.people.press(card, "deny", ann)).acked


async def test_an_event_that_is_not_acknowledged_in_time_comes_again_and_a_press_does_not(slack, app, card, ann):
    slack.socket.drop(2)
    event = await slack.people.reply(card, "hello", ann)
    slack.socket.drop(1)
    press = await slack.people.press(card, "deny", ann)

    assert (event.failures, event.acked) == (["dropped", "dropped"], True)
    assert (press.failures, press.acked, slack.courier.failed) == (["dropped"], False, [press])
    assert len(app.events) == 1


async def test_a_late_acknowledgement_is_recorded_and_redelivered_where_slack_is_worse_than_its_documents(
    slack, app, card, ann
):
    slack.socket.ack_seconds = 0.1
    slack.courier.retried.add("interactive")
    app.sleeps = [0.3]
    press = await slack.people.press(card, "deny", ann)
    await slack.until(lambda: press.late)

    assert (press.failures, press.acked) == (["timeout"], True)
    assert len(app.presses) == 2


async def test_envelopes_come_twice_out_of_order_and_again_on_demand(slack, app, card, ann):
    slack.socket.duplicate(1)
    first = await slack.people.press(card, "deny", ann)
    await slack.until(lambda: len(app.presses) == 2)
    await slack.courier.replay(first)
    assert [body["trigger_id"] for body in app.presses] == [first.payload["trigger_id"]] * 3

    slack.socket.hold()
    told = [asyncio.create_task(slack.people.reply(card, text, ann)) for text in ("one", "two")]
    await slack.socket.release(count=2)
    await asyncio.gather(*told)
    assert [event["text"] for event in app.events] == ["two", "one"]


@pytest.mark.parametrize("how", ["refresh_requested", "cut"])
async def test_the_sdk_connects_again_after(slack, app, card, ann, how):
    if how == "cut":
        slack.socket.cut()
    else:
        await slack.socket.disconnect(how)
    await slack.until(lambda: slack.socket.opened >= 2 and slack.socket.connections)
    assert (await slack.people.press(card, "deny", ann)).acked


async def test_what_is_said_while_nobody_is_connected_fails_visibly(slack, client, channel, card, ann):
    press = await slack.people.press(card, "deny", ann)
    assert press.failures == ["no connection"]


async def test_several_connections_share_what_comes(slack, app, client, card, ann):
    second = AsyncSocketModeHandler(app.app, slack.state.app_token)
    await second.connect_async()
    await slack.socket.connected(2)
    for _ in range(8):
        await slack.people.press(card, "deny", ann)
    await second.client.close()
    assert len(app.presses) == 8


async def test_a_ticket_is_good_for_one_connection(slack, client):
    url = (await client.apps_connections_open(app_token=slack.state.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as connection:
            assert (await connection.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_a_response_url_answers_five_times_within_half_an_hour(slack, app, card, ann, now):
    press = await slack.people.press(card, "deny", ann)
    url = press.payload["response_url"]
    async with aiohttp.ClientSession() as session:
        for number in range(4):
            assert (await session.post(url, json={"text": f"t{number}"})).status == 200
        assert (await session.post(url, json={"text": "new", "blocks": [], "replace_original": True})).status == 200
        assert (await session.post(url, json={"text": "more"})).status == 404
        other = (
            await slack.people.press(
                slack.state.post(slack.state.messages[0].channel, "U0BOT", "", blocks=CARD).ts, "deny", ann
            )
        ).payload["response_url"]
        now.at += 1801
        assert (await session.post(other, json={"text": "late"})).status == 404

    assert [one.text for one in slack.state.ephemerals(ann.id)] == ["t0", "t1", "t2", "t3"]
    assert slack.state.message(card).text == "new"


async def test_somebody_whose_screen_is_behind_can_press_what_is_gone(slack, app, client, channel, card, ann):
    await client.chat_update(channel=channel, ts=card, text="done", blocks=[])
    with pytest.raises(LookupError, match="nothing with action_id"):
        await slack.people.press(card, "deny", ann)
    assert (await slack.people.press(card, "deny", ann, version=0)).acked


async def test_a_choice_in_a_menu_of_a_coloured_attachment_travels_as_an_option(slack, channel, ann):
    option = {"text": {"type": "plain_text", "text": "half"}, "value": "half"}
    menu = {"type": "static_select", "action_id": "size", "options": [option]}
    blocks = [{"type": "actions", "elements": [menu]}]
    message = slack.state.post(channel, BOT_USER, "", attachments=[{"color": "#2eb67d", "blocks": blocks}])

    acted = slack.people.pressing(message, "size", ann, value="half").payload["actions"][0]

    assert acted["selected_option"] == option
    with pytest.raises(LookupError, match="no option"):
        slack.people.pressing(message, "size", ann, value="all")


async def test_only_who_sees_a_card_can_press_it(slack, ann):
    secret = slack.state.channel("secret", kind="group")
    bob = slack.state.user("bob")
    card = slack.state.post(secret.id, BOT_USER, "", blocks=CARD)
    with pytest.raises(LookupError, match="does not see"):
        await slack.people.press(card.ts, "deny", bob)


# --- signed HTTP ---------------------------------------------------------------------------------


@pytest.fixture
async def public():
    """The workspace, and the app at a public address; the clock is the real one, since Bolt looks at its own."""
    async with SlackFake(signed_url="to be known") as slack:
        heard = Heard(slack, AsyncWebClient(token=slack.state.bot_token, base_url=slack.api))
        runner = web.AppRunner(heard.app.web_app("/slack/events"), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        slack.signed.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        slack.state.channel("incidents")
        yield slack, heard
        await runner.cleanup()


async def test_signed_requests_bring_presses_submissions_events_and_commands(public):
    slack, heard = public
    ann = slack.state.user("ann")
    [channel] = slack.state.channels
    card = slack.state.post(channel, "U0BOT", "card", blocks=CARD).ts

    assert await slack.signed.challenge()
    assert (await slack.people.press(card, "deny", ann)).acked
    [view] = slack.state.views.values()
    await slack.people.submit(view, {"reason": "no"}, ann)
    assert view.errors == {"why": "say more"}
    await slack.people.reply(card, "hello", ann)
    await slack.people.command("/steady", "status", ann, channel)
    await slack.until(lambda: heard.events)
    assert [one.text for one in slack.state.ephemerals(ann.id)] == ["listening"]


@pytest.mark.parametrize("how", ATTACKS)
async def test_bolt_turns_an_attack_away(public, how):
    slack, heard = public
    ann = slack.state.user("ann")
    [channel] = slack.state.channels
    message = slack.state.post(channel, "U0BOT", "card", blocks=CARD)

    status = await slack.signed.attack(how, slack.people.pressing(message, "deny", ann))

    # Bolt 1.30 stumbles over a timestamp that is no number, and answers 500.
    assert (status, heard.presses) == (500 if how == "timestamp that is no number" else 401, [])


async def test_bolt_takes_a_fresh_replay_so_that_the_app_itself_has_to_decide_once(public):
    slack, heard = public
    ann = slack.state.user("ann")
    [channel] = slack.state.channels
    await slack.people.press(slack.state.post(channel, "U0BOT", "card", blocks=CARD).ts, "deny", ann)
    assert await slack.signed.replay() == 200
    assert len(heard.presses) == 2


async def test_an_address_that_is_away_or_slow_is_no_acknowledgement(public):
    slack, heard = public
    ann = slack.state.user("ann")
    [channel] = slack.state.channels
    card = slack.state.post(channel, "U0BOT", "card", blocks=CARD).ts
    slack.signed.ack_seconds = 0.1
    heard.sleeps = [1.0]
    assert (await slack.people.press(card, "deny", ann)).failures == ["http_timeout"]
    slack.signed.url = "http://127.0.0.1:9/slack/events"
    event = await slack.people.reply(card, "hello", ann)
    assert (event.acked, event.failures) == (False, ["connection_failed"] * 4)
    assert isinstance(event, Delivery)
