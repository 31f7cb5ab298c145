"""An app finds in the fake what it lost: messages by time, page by page, and the threads under them."""

import aiohttp
import pytest

from tests.slackfake.refusing import refused


async def test_history_comes_newest_first_and_page_by_page(client, channel):
    for text in "abcde":
        await client.chat_postMessage(channel=channel, text=text)
    texts, cursor = [], ""
    while True:
        page = await client.conversations_history(channel=channel, limit=2, cursor=cursor)
        texts.append([one["text"] for one in page["messages"]])
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]
    assert texts == [["e", "d"], ["c", "b"], ["a"]]


async def test_history_can_be_of_a_time_whose_edges_are_left_out_unless_asked_for(client, channel):
    first, _, last = [(await client.chat_postMessage(channel=channel, text=text))["ts"] for text in "abc"]
    edges = {"channel": channel, "oldest": first, "latest": last}
    between = await client.conversations_history(**edges)
    within = await client.conversations_history(**edges, inclusive=True)
    assert [one["text"] for one in between["messages"]] == ["b"]
    assert [one["text"] for one in within["messages"]] == ["c", "b", "a"]


async def test_a_message_with_answers_says_so_and_they_can_be_read(client, channel):
    ts = (await client.chat_postMessage(channel=channel, text="a"))["ts"]
    answer = (await client.chat_postMessage(channel=channel, text="b", thread_ts=ts))["ts"]
    [parent] = (await client.conversations_history(channel=channel))["messages"]
    thread = (await client.conversations_replies(channel=channel, ts=ts))["messages"]
    assert (parent["thread_ts"], parent["reply_count"], parent["latest_reply"]) == (ts, 1, answer)
    assert [one["text"] for one in thread] == ["a", "b"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"limit": "many"}, "invalid_limit"),
        ({"limit": 1000}, "invalid_limit"),
        ({"cursor": "next"}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "now"}, "invalid_ts_latest"),
    ],
)
async def test_history_refuses(client, channel, arguments, error):
    found, _ = await refused(client.api_call("conversations.history", params={"channel": channel, **arguments}))
    assert found == error


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_body_that_is_no_object_is_refused(slack, body, error):
    headers = {"Authorization": f"Bearer {slack.state.bot_token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{slack.api}chat.postMessage", data=body, headers=headers)
        assert (await answer.json())["error"] == error


async def test_each_answer_names_the_scopes_given_and_the_scopes_that_would_do(slack, client):
    slack.state.tokens[slack.state.bot_token].scopes = {"chat:write", "im:write"}
    headers = (await client.conversations_open(users=slack.state.user("ann").id)).headers
    assert (headers["X-OAuth-Scopes"], headers["X-Accepted-OAuth-Scopes"]) == ("chat:write,im:write", "im:write")


async def test_edits_are_limited_for_the_workspace_and_posts_for_each_channel(slack, client, channel):
    slack.faults.rate_limits = True
    places = [channel, slack.state.channel("other").id]
    posted = [(await client.chat_postMessage(channel=place, text="x"))["ts"] for place in places for _ in range(3)]
    pairs = list(zip([place for place in places for _ in range(3)], posted, strict=True))
    for place, ts in pairs[:5]:
        await client.chat_update(channel=place, ts=ts, text="y")
    assert (await refused(client.chat_update(channel=pairs[5][0], ts=pairs[5][1], text="y")))[0] == "ratelimited"
