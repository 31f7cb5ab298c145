"""The fake answers Slack's own SDK as Slack does: the Web API."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.slackfake import faults
from tests.slackfake.refusing import refused
from tests.slackfake.state import BOT_USER

CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*checkout* burns"}},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "text": {"type": "plain_text", "text": "Approve"}, "action_id": "ok", "value": "d1"}
        ],
    },
]


async def test_a_token_says_who_it_is_and_what_it_may(slack, client):
    answer = await client.auth_test()

    assert answer["user_id"] == BOT_USER
    assert "chat:write" in answer.headers["X-OAuth-Scopes"].split(",")


@pytest.mark.parametrize(
    ("state", "error"),
    [("token_revoked", "token_revoked"), ("account_inactive", "account_inactive"), ("", "invalid_auth")],
)
async def test_a_token_that_is_no_good_is_told_why(slack, client, state, error):
    if state:
        slack.state.tokens[slack.state.bot_token].error = state
    else:
        client.token = "xoxb-other"
    assert (await refused(client.auth_test()))[0] == error


async def test_no_token_at_all_is_not_authed(slack):
    assert (await refused(AsyncWebClient(base_url=slack.api).auth_test()))[0] == "not_authed"


async def test_a_message_is_posted_edited_in_place_with_its_history_and_deleted(slack, client, channel):
    posted = await client.chat_postMessage(channel=channel, text="burns", blocks=CARD)
    await client.chat_update(channel=channel, ts=posted["ts"], text="fine", blocks=CARD[:1])
    [message] = slack.state.shown(channel)

    assert message.seen.text == "checkout burns"
    assert message.notification.text == "fine"
    assert [version.text for version in message.versions] == ["burns", "fine"]
    assert message.buttons == []
    await client.chat_delete(channel=channel, ts=posted["ts"])
    assert slack.state.shown(channel) == []


async def test_blocks_that_an_update_does_not_mention_stay(slack, client, channel):
    posted = await client.chat_postMessage(channel=channel, text="a", blocks=CARD)
    await client.chat_update(channel=channel, ts=posted["ts"], text="b")
    assert slack.state.message(posted["ts"]).buttons == ["ok"]
    await client.chat_update(channel=channel, ts=posted["ts"], text="c", blocks=[])
    assert slack.state.message(posted["ts"]).buttons == []


async def test_replies_make_a_thread_and_ephemerals_are_for_one_person(slack, client, channel, ann):
    posted = await client.chat_postMessage(channel=channel, text="a")
    await client.chat_postMessage(channel=channel, text="b", thread_ts=posted["ts"])
    await client.chat_postEphemeral(channel=channel, user=ann.id, text="only you")

    assert [one.text for one in slack.state.shown(channel)] == ["a"]
    assert [one.text for one in slack.state.thread(posted["ts"])] == ["b"]
    assert [one.text for one in slack.state.ephemerals(ann.id)] == ["only you"]


async def test_an_app_finds_its_own_message_again_by_its_metadata(slack, client, channel):
    metadata = {"event_type": "incident", "event_payload": {"id": "inc-1"}}
    posted = await client.chat_postMessage(channel=channel, text="a", metadata=metadata)
    found = await client.conversations_history(channel=channel, include_all_metadata=True)

    assert [(one["ts"], one["metadata"]) for one in found["messages"]] == [(posted["ts"], metadata)]


@pytest.mark.parametrize(
    ("scope", "method", "arguments"),
    [
        ("chat:write", "chat.postMessage", {"text": "x"}),
        ("channels:read", "conversations.info", {}),
        ("users:read", "users.info", {"user": BOT_USER}),
        ("usergroups:read", "usergroups.users.list", {"usergroup": "S1"}),
        ("files:write", "files.getUploadURLExternal", {"filename": "a", "length": 1}),
        ("reactions:write", "reactions.add", {"name": "eyes", "timestamp": "1"}),
        ("channels:history", "conversations.history", {}),
    ],
)
async def test_a_missing_scope_is_named(slack, client, channel, scope, method, arguments):
    slack.state.tokens[slack.state.bot_token].scopes.discard(scope)
    error, answer = await refused(client.api_call(method, params={"channel": channel, **arguments}))

    assert (error, answer["needed"]) == ("missing_scope", scope)
    assert scope not in answer["provided"].split(",")


async def test_places_where_an_app_cannot_write(slack, client):
    cases = {
        slack.state.channel("old").id: "is_archived",
        slack.state.channel("others", bot=False).id: "not_in_channel",
        slack.state.channel("secret", kind="group", bot=False).id: "channel_not_found",
        "C404": "channel_not_found",
    }
    next(iter(slack.state.channels.values())).archived = True
    found = {place: (await refused(client.chat_postMessage(channel=place, text="x")))[0] for place in cases}
    assert found == cases


async def test_messages_that_cannot_be_changed(slack, client, channel, ann):
    theirs = slack.state.post(channel, ann.id, "mine")
    cases = {theirs.ts: "cant_update_message", "1.000001": "message_not_found"}
    found = {ts: (await refused(client.chat_update(channel=channel, ts=ts, text="x")))[0] for ts in cases}
    assert found == cases
    assert (await refused(client.chat_delete(channel=channel, ts=theirs.ts)))[0] == "cant_delete_message"


async def test_what_is_no_message(slack, client, channel):
    posted = await client.chat_postMessage(channel=channel, text="a")
    long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    many = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}] * 5
    assert (await refused(client.chat_postMessage(channel=channel, text="x" * 40_001)))[0] == "msg_too_long"
    assert (await refused(client.api_call("chat.postMessage", params={"channel": channel})))[0] == "no_text"
    assert (await refused(client.chat_update(channel=channel, ts=posted["ts"], text="x" * 4001)))[0] == "msg_too_long"
    assert (await refused(client.chat_postMessage(channel=channel, text="x", blocks=many)))[0] == "msg_blocks_too_long"
    error, answer = await refused(client.chat_postMessage(channel=channel, text="x", blocks=long))
    assert error == "invalid_blocks"
    assert "/blocks/0/text/text" in answer["response_metadata"]["messages"][0]
    assert len(slack.state.messages) == 1


async def test_files_are_uploaded_in_three_steps_and_can_be_shown_in_a_block(slack, client, channel):
    posted = await client.chat_postMessage(channel=channel, text="a")
    await client.files_upload_v2(
        channel=channel, thread_ts=posted["ts"], content=b"PNG", filename="burn.png", initial_comment="the burn"
    )
    [reply] = slack.state.thread(posted["ts"])
    file = slack.state.files[reply.files[0]]
    image = {"type": "image", "slack_file": {"id": file.id}, "alt_text": "burn"}

    assert (reply.text, file.content, file.shared) == ("the burn", b"PNG", [channel])
    await client.chat_update(channel=channel, ts=posted["ts"], text="a", blocks=[image])
    image["slack_file"]["id"] = "F404"
    assert (await refused(client.chat_postMessage(channel=channel, text="a", blocks=[image])))[0] == "invalid_blocks"


async def test_people_groups_and_channels_can_be_looked_up(slack, client, channel, ann):
    group = slack.state.group("oncall", [ann])
    assert (await client.users_info(user=ann.id))["user"]["name"] == "ann"
    assert (await client.usergroups_users_list(usergroup=group.id))["users"] == [ann.id]
    assert (await client.conversations_info(channel=channel))["channel"]["is_member"] is True
    assert [one["name"] for one in (await client.conversations_list())["channels"]] == ["incidents"]
    direct = (await client.conversations_open(users=ann.id))["channel"]["id"]
    await client.chat_postMessage(channel=ann.id, text="psst")
    assert [one.text for one in slack.state.shown(direct)] == ["psst"]


async def test_a_reaction_is_given_once_and_a_message_has_a_link(slack, client, channel):
    ts = (await client.chat_postMessage(channel=channel, text="a"))["ts"]
    await client.reactions_add(channel=channel, name="eyes", timestamp=ts)
    again, _ = await refused(client.reactions_add(channel=channel, name="eyes", timestamp=ts))
    assert again == "already_reacted"
    assert channel in (await client.chat_getPermalink(channel=channel, message_ts=ts))["permalink"]


async def test_unknown_methods_and_the_wrong_kind_of_token_are_refused(slack, client):
    assert (await refused(client.api_call("chat.shout")))[0] == "unknown_method"
    opening = client.apps_connections_open(app_token=slack.state.bot_token)
    assert (await refused(opening))[0] == "not_allowed_token_type"


async def test_too_many_messages_to_one_channel_are_429_and_the_sdk_comes_back_after_retry_after(
    slack, client, channel, now
):
    slack.faults.rate_limits = True
    other = slack.state.channel("other").id
    for _ in range(3):
        await client.chat_postMessage(channel=channel, text="x")
    error, answer = await refused(client.chat_postMessage(channel=channel, text="x"))
    await client.chat_postMessage(channel=other, text="x")
    now.at += 1
    await client.chat_postMessage(channel=channel, text="x")

    assert (error, answer.status_code, answer.headers["Retry-After"]) == ("ratelimited", 429, "1")
    assert len(slack.state.shown(channel)) == 4


async def test_the_sdks_own_retry_handler_works_against_a_limit_on_demand(slack, client, channel):
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    slack.faults.next("chat.postMessage", faults.limited(0))
    await client.chat_postMessage(channel=channel, text="x")
    assert [one.text for one in slack.state.shown(channel)] == ["x"]


@pytest.mark.parametrize("lost", [False, True])
async def test_an_answer_can_be_lost_before_or_after_the_deed(slack, client, channel, lost):
    client.retry_handlers.clear()
    slack.faults.next("chat.postMessage", faults.resets(lost=lost))
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel, text="x")
    assert len(slack.state.shown(channel)) == (1 if lost else 0)


@pytest.mark.parametrize(
    "fault", [faults.breaks(503), faults.breaks(502, lost=True), faults.garbage(), faults.says("internal_error")]
)
async def test_broken_answers_come_once_and_then_it_works_again(slack, client, channel, fault):
    slack.faults.next("chat.postMessage", fault)
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=channel, text="x")
    await client.chat_postMessage(channel=channel, text="y")
    assert slack.state.shown(channel)[-1].text == "y"


async def test_a_slow_answer_is_right_and_may_be_too_late_for_the_client(slack, channel):
    impatient = AsyncWebClient(token=slack.state.bot_token, base_url=slack.api, timeout=0.05, retry_handlers=[])
    patient = AsyncWebClient(token=slack.state.bot_token, base_url=slack.api)
    slack.faults.next("chat.postMessage", faults.slow(0.3), faults.slow(0.1))
    with pytest.raises(TimeoutError):
        await impatient.chat_postMessage(channel=channel, text="x")
    await patient.chat_postMessage(channel=channel, text="y")
    assert slack.state.shown(channel)[-1].text == "y"


async def test_a_workspace_that_is_down_comes_back_with_its_state(slack, client, channel):
    client.retry_handlers.clear()
    await client.chat_postMessage(channel=channel, text="x")
    await slack.stop()
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel, text="y")
    await slack.start()
    slack.faults.down = True
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel, text="y")
    slack.faults.down = False
    await client.chat_postMessage(channel=channel, text="z")
    assert [one.text for one in slack.state.shown(channel)] == ["x", "z"]


async def test_a_trigger_opens_one_view_within_three_seconds(slack, client, ann, now):
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Why"}, "blocks": [{"type": "divider"}]}
    good, late = slack.state.trigger(ann.id), slack.state.trigger(ann.id)
    opened = (await client.views_open(trigger_id=good, view=view))["view"]
    assert (await refused(client.views_open(trigger_id=good, view=view)))[0] == "exchanged_trigger_id"
    assert (await refused(client.views_open(trigger_id="1.2", view=view)))[0] == "invalid_trigger_id"
    now.at += 3.1
    assert (await refused(client.views_open(trigger_id=late, view=view)))[0] == "expired_trigger_id"
    await client.views_update(view_id=opened["id"], hash=opened["hash"], view=view)
    stale = client.views_update(view_id=opened["id"], hash=opened["hash"], view=view)
    assert (await refused(stale))[0] == "hash_conflict"
    view["title"]["text"] = "x" * 25
    error, answer = await refused(client.views_open(trigger_id=slack.state.trigger(ann.id), view=view))
    assert (error, "/view/title/text" in answer["response_metadata"]["messages"][0]) == ("invalid_arguments", True)
