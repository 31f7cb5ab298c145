"""`tell(scenario, seed, **policy)` begins a story in a folder of its own and ends it with the test."""

import pytest

from tests.story import Story


@pytest.fixture
async def tell(tmp_path):
    told: list[Story] = []

    async def begin(scenario="", seed=1, **given):
        story = await Story.begin(tmp_path / str(len(told)), scenario, seed, **given)
        told.append(story)
        return story

    yield begin
    for story in told:
        await story.end()
