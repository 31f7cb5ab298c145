"""A fresh Slack for each test, and the real client of Slack's SDK for it."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.slackfake.server import SlackFake


class Now:
    """A clock that a test may move."""

    def __init__(self):
        self.at = 1_700_000_000.0

    def __call__(self):
        return self.at


@pytest.fixture
def now():
    return Now()


@pytest.fixture
async def slack(now):
    async with SlackFake(now) as fake:
        yield fake


@pytest.fixture
def channel(slack):
    return slack.state.channel("incidents").id


@pytest.fixture
def ann(slack, channel):
    return slack.state.user("ann")


@pytest.fixture
def client(slack):
    return AsyncWebClient(token=slack.state.bot_token, base_url=slack.api)
