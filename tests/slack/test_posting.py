"""Our messages travel through Slack's own client to the fake and are edited in place, from the first line to the coloured end."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from agent.model.incident import Phase, Resolution
from integrations.slack import card, modal, pressed, progress
from tests.cli import samples
from tests.slackfake.server import SlackFake


@pytest.fixture
async def slack():
    async with SlackFake() as fake:
        yield fake


async def test_one_message_is_edited_from_burning_to_recovered(slack):
    client = AsyncWebClient(token=slack.state.bot_token, base_url=slack.api)
    channel = slack.state.channel("incidents").id
    running = samples.report().evolve(hypotheses=samples.tested(), decision=None, verification=None, proposal=None)
    incident = running.incident.evolve(phase=Phase.CLOSED, resolution=Resolution.RECOVERED, closed_at=samples.at(20))

    posted = await client.chat_postMessage(channel=channel, **progress.message(running).arguments)
    await client.chat_update(
        channel=channel, ts=posted["ts"], **progress.message(samples.report().evolve(incident=incident)).arguments
    )

    [message] = slack.state.shown(channel)
    assert message.colours == [card.GREEN]
    assert "recovered" in message.seen.text
    assert message.seen.alive == []
    assert len(message.versions) == 2
    assert slack.web.errors == []


async def test_the_card_is_asked_answered_with_a_reason_and_left_without_buttons(slack):
    client = AsyncWebClient(token=slack.state.bot_token, base_url=slack.api)
    channel, ann = slack.state.channel("incidents").id, slack.state.user("ann")
    asked = samples.proposal()
    question = card.question(asked, samples.at(10), samples.permission())

    posted = await client.chat_postMessage(channel=channel, **question.arguments)
    message = slack.state.message(posted["ts"])
    press = slack.people.pressing(message, pressed.DENY, ann)
    await client.views_open(trigger_id=press.payload["trigger_id"], view=modal.denial(asked))
    [view] = slack.state.views.values()
    answered = card.answered(asked, samples.decision())
    await client.chat_update(channel=channel, ts=posted["ts"], **answered.arguments)

    assert pressed.read(press.payload["actions"][0]["value"]) == (asked.incident_id, asked.digest)
    assert pressed.read(view.content["private_metadata"]) == (asked.incident_id, asked.digest)
    assert message.buttons == []
    assert "Approved by ada (cli)" in message.seen.text
