"""A picture can be shown in a block only when its upload was completed and Slack has worked on it."""

import aiohttp
import pytest

from tests.slackfake.refusing import refused


async def uploaded(client) -> str:
    place = await client.files_getUploadURLExternal(filename="burn.png", length=3)
    async with aiohttp.ClientSession() as session:
        assert (await session.post(place["upload_url"], data=b"PNG")).status == 200
    return place["file_id"]


def image(file):
    return {"type": "image", "slack_file": {"id": file}, "alt_text": "burn"}


PLACES = {
    "a block": lambda one: {"blocks": [one]},
    "beside a text": lambda one: {
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "accessory": one}]
    },
    "an attachment": lambda one: {"attachments": [{"color": "#2eb67d", "blocks": [one]}]},
}


@pytest.mark.parametrize("where", PLACES)
async def test_an_upload_that_was_never_completed_cannot_be_shown_in(where, client, channel):
    more = PLACES[where](image(await uploaded(client)))
    error, answer = await refused(client.chat_postMessage(channel=channel, text="x", **more))
    assert error == "invalid_blocks"
    assert "invalid slack file" in answer["response_metadata"]["messages"][0]


@pytest.mark.parametrize("where", PLACES)
async def test_a_completed_one_can_after_a_while_be_shown_in(where, slack, client, channel, now):
    slack.state.file_seconds = 2
    file = await uploaded(client)
    await client.files_completeUploadExternal(files=[{"id": file}])
    more = PLACES[where](image(file))
    assert (await refused(client.chat_postMessage(channel=channel, text="x", **more)))[0] == "invalid_blocks"
    now.at += 2
    await client.chat_postMessage(channel=channel, text="x", **more)
