"""Slack under random faults, crashes and restarts: whatever happens, every message is there once, and right, at the end.

STEADYHAND_SLACK_LIVES=1000 makes it long. A failing seed is in the test's output; run it again with
STEADYHAND_SLACK_SEED=N.
"""

import os
import random

import pytest

from agent.model.journal import Topic
from agent.model.post import PostState
from agent.model.proposal import DecisionKind
from tests.memory_store import MemoryPosts
from tests.slack.bench import Bench
from tests.slackfake import faults
from tests.slackfake.server import SlackFake

LIVES = int(os.environ.get("STEADYHAND_SLACK_LIVES", "60"))
SEED = os.environ.get("STEADYHAND_SLACK_SEED")
METHODS = ["chat.postMessage", "chat.update", "conversations.history", "conversations.replies"]


class Died(BaseException):
    """The process is gone."""


class Fragile(MemoryPosts):
    """A store whose process may end before or after any record."""

    def __init__(self, whole: MemoryPosts, chance: random.Random) -> None:
        super().__init__()
        self._posts, self._marks, self._chance, self.deaths = whole._posts, whole._marks, chance, 0

    async def put(self, post) -> None:
        if self._chance.random() < 0.04:
            raise Died
        await super().put(post)
        if self._chance.random() < 0.04:
            raise Died


def fault(chance: random.Random) -> faults.Fault:
    return chance.choice(
        [
            faults.breaks(503),
            faults.breaks(500, lost=True),
            faults.resets(),
            faults.resets(lost=True),
            faults.limited(3),
            faults.says("internal_error"),
            faults.says("service_unavailable"),
            faults.garbage(),
        ]
    )


class Life:
    """One incident told through a bad day."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench, self.chance, self.faults, self.deaths, self.questions = bench, random.Random(seed), 0, 0, []

    async def live(self) -> None:
        await self.bench.outbox.begin()
        await self.bench.opened()
        for step in range(12):
            await self.happens(step)
            await self.look()
        self.calm()
        for proposal in self.bench.operations.open:
            await self.bench.decide(proposal)
        self.bench.operations.close("inc-checkout")
        self.bench.say(Topic.REMEMBERED, "closed")
        await self.restarted()
        for _ in range(3):
            await self.bench.told_later()

    async def happens(self, step: int) -> None:
        what = self.chance.randrange(5)
        if what == 0 and not self.questions:
            self.questions.append(self.bench.ask())
        elif what == 1 and self.bench.operations.open:
            await self.bench.decide(self.bench.operations.open[0], self.chance.choice(list(DecisionKind)[:2]))
        else:
            self.bench.say(Topic.ACTION, f"step {step}")
        for method in METHODS:
            for _ in range(self.chance.randrange(4)):
                self.bench.slack.faults.next(method, fault(self.chance))
                self.faults += 1

    async def look(self) -> None:
        try:
            await self.bench.told_later()
        except Died:
            self.deaths += 1
            await self.restarted(Fragile(self.bench.posts, self.chance))

    async def restarted(self, posts: MemoryPosts | None = None) -> None:
        self.bench.restarted(posts)
        await self.bench.outbox.begin()

    def calm(self) -> None:
        self.bench.slack.faults._queued.clear()


class Now:
    at = 1_700_000_000.0

    def __call__(self) -> float:
        return self.at


async def lived(seed: int) -> Life:
    now = Now()
    async with SlackFake(now) as slack:
        life = Life(Bench(slack, now), seed)
        await life.restarted(Fragile(life.bench.posts, life.chance))
        await life.live()
        shown = life.bench.shown()
        names = [message.metadata["event_payload"]["name"] for message in shown]
        assert len(names) == len(set(names)), f"seed {seed}: told twice: {sorted(names)}"
        told = {f"entry {e.seq}" for e in life.bench.operations.entries if e.topic is Topic.ACTION}
        assert told | {"incident"} <= set(names), f"seed {seed}: lost: {told - set(names)}"
        assert [m.ts for m in shown if m.buttons] == [], f"seed {seed}: a card is still open"
        posts = await life.bench.posts.get("slack", "inc-checkout")
        assert {post.state for post in posts} <= {PostState.SHOWN, PostState.LOST, PostState.WANTED}, f"seed {seed}"
        return life


@pytest.mark.parametrize("part", range(3))
async def test_no_message_is_doubled_or_lost_in_any_life(part, capsys):
    seeds = [int(SEED)] if SEED else range(part, LIVES, 3)
    lives = [await lived(seed) for seed in seeds]
    with capsys.disabled():
        counted = f"{sum(life.faults for life in lives)} faults, {sum(life.deaths for life in lives)} deaths"
        print(f"\nSlack: {len(lives)} lives, {counted}, 0 doubled, 0 lost")
