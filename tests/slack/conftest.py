"""A fake Slack by the real clock, a shop in trouble, and an office between them."""

import pytest

from tests.slack.office import Office
from tests.slackfake.server import SlackFake
from tests.story import Story


@pytest.fixture
async def slack():
    async with SlackFake() as fake:
        yield fake


@pytest.fixture
async def story(tmp_path):
    story = await Story.begin(tmp_path / "data", "bad_release", 3)
    yield story
    await story.end()


@pytest.fixture
async def office(slack, story):
    office = Office(slack, story)
    yield office
    await office.close()
