"""What Slack is told, and told once, whatever goes wrong on the way."""

import pytest

from agent.model.journal import Topic
from agent.model.post import PostState
from agent.model.proposal import DecisionKind
from tests.memory_store import MemoryPosts
from tests.slack.bench import Bench
from tests.slackfake import faults
from tests.slackfake.server import SlackFake
from tests.torture.hostile import HOSTILE


class Now:
    at = 1_700_000_000.0

    def __call__(self):
        return self.at


@pytest.fixture
async def bench():
    now = Now()
    async with SlackFake(now) as slack:
        yield Bench(slack, now)


class Died(BaseException):
    """The process is gone."""


class DiesAt(MemoryPosts):
    """A store whose process ends just before it records this state."""

    def __init__(self, state: PostState, whole: MemoryPosts) -> None:
        super().__init__()
        self._posts, self._marks, self.state, self.lives = whole._posts, whole._marks, state, 0

    async def put(self, post):
        if post.state is self.state:
            raise Died
        await super().put(post)


async def test_an_incident_is_one_message_that_is_edited(bench):
    await bench.outbox.begin()
    await bench.opened()
    await bench.told()
    (root,) = bench.shown()
    bench.operations.found["inc-checkout"] = bench.operations.found["inc-checkout"].evolve(phase="examine")
    bench.say(Topic.FINDING, "errors rose")
    await bench.told()
    assert bench.shown() == [root]
    assert len(root.versions) == 2
    assert "examine" in root.seen.text


async def test_a_look_between_the_last_word_and_the_end_does_not_miss_the_end(bench):
    await bench.outbox.begin()
    await bench.opened()
    bench.say(Topic.REMEMBERED, "closed as recovered")
    await bench.told()
    (root,) = bench.shown()
    bench.operations.close("inc-checkout")  # nobody says this in the journal
    await bench.outbox._flush()
    assert "closed" in root.seen.text
    assert [post.final for post in await bench.posts.get("slack", "inc-checkout")] == [True]


async def test_nothing_is_sent_where_nothing_changed(bench):
    await bench.outbox.begin()
    await bench.opened()
    bench.ask()
    await bench.told()
    before = len(bench.slack.web.calls)
    bench.say(Topic.FINDING, "errors rose")
    await bench.told()
    await bench.told()
    bench.restarted()
    await bench.outbox.begin()
    await bench.told()
    assert bench.slack.web.calls[before:] == []


async def test_a_hundred_entries_are_one_edit(bench):
    await bench.outbox.begin()
    await bench.opened()
    await bench.told()
    bench.operations.found["inc-checkout"] = bench.operations.found["inc-checkout"].evolve(phase="examine")
    for number in range(100):
        bench.say(Topic.FINDING, f"finding {number}")
    await bench.told()
    assert len(bench.slack.web.made("chat.update")) == 1


async def test_the_first_start_tells_what_is_open_and_nothing_older(bench):
    await bench.opened()
    bench.operations.close("inc-checkout")
    await bench.outbox.begin()
    await bench.told()
    assert bench.shown() == []
    bench.restarted()
    bench.operations.found.clear()
    await bench.opened()
    await bench.told()
    assert len(bench.shown()) == 1


async def test_what_opened_and_closed_while_nobody_listened_is_told_after_the_start(bench):
    await bench.outbox.begin()
    await bench.opened()
    bench.operations.close("inc-checkout")
    bench.restarted()
    await bench.outbox.begin()
    await bench.told()
    assert len(bench.shown()) == 1


async def test_a_question_becomes_a_card_and_the_answer_closes_it_wherever_it_was_given(bench):
    await bench.outbox.begin()
    await bench.opened()
    proposal = bench.ask()
    await bench.told()
    card = bench.shown()[-1]
    assert set(card.buttons) >= {"approve", "deny", "on_it"}
    await bench.decide(proposal)
    await bench.told()
    assert card.buttons == []
    assert "Approved by kim" in card.seen.text


async def test_a_question_that_was_answered_before_slack_heard_of_it_is_not_asked_there(bench):
    await bench.outbox.begin()
    await bench.opened()
    await bench.decide(bench.ask(), DecisionKind.DENIED)
    await bench.told()
    assert all(not message.buttons for message in bench.shown())
    assert len(bench.shown()) == 1


LOST = {
    "a server error after the post was taken": faults.breaks(503, lost=True),
    "a connection that ends after the post was taken": faults.resets(lost=True),
}
NOT_TAKEN = {
    "a server error": faults.breaks(503),
    "a reset": faults.resets(),
    "an internal error": faults.says("internal_error"),
    "a service that is unavailable": faults.says("service_unavailable"),
    "garbage": faults.garbage(),
    "a page of HTML with 200": faults.Fault(status=200, body="<html>", headers={"Content-Type": "text/html"}),
    "a rate limit": faults.limited(7),
}


@pytest.mark.parametrize("fault", [*LOST, *NOT_TAKEN])
async def test_a_post_arrives_once_in_spite_of(bench, fault):
    await bench.outbox.begin()
    await bench.opened()
    bench.ask()
    bench.slack.faults.next("chat.postMessage", {**LOST, **NOT_TAKEN}[fault])
    await bench.told()
    await bench.told_later()
    assert len(bench.shown()) == 2
    assert len([message for message in bench.shown() if message.buttons]) == 1


async def test_the_pause_that_slack_asks_for_is_kept(bench):
    await bench.outbox.begin()
    await bench.opened()
    bench.slack.faults.next("chat.postMessage", faults.limited(7))
    await bench.told()
    assert 7 in bench.slept
    assert len(bench.shown()) == 1


async def test_slacks_documented_limits_are_kept_without_losing_anything(bench):
    bench.slack.faults.rate_limits = True
    await bench.outbox.begin()
    await bench.opened()
    for number in range(12):
        bench.say(Topic.ACTION, f"step {number}")
    for _ in range(4):
        await bench.told_later()
    assert len(bench.shown()) == 13


@pytest.mark.parametrize("state", [PostState.SENDING, PostState.SHOWN])
async def test_a_process_that_dies_around_a_post_tells_it_once_in_its_next_life(bench, state):
    await bench.outbox.begin()
    await bench.opened()
    dying = bench.restarted(DiesAt(state, bench.posts))
    await dying.begin()
    with pytest.raises(Died):
        await dying.once()
    bench.restarted()
    await bench.outbox.begin()
    await bench.told()
    assert len(bench.shown()) == 1
    assert len(bench.shown()[0].versions) <= 2


async def test_a_message_that_somebody_deleted_is_told_again(bench):
    await bench.outbox.begin()
    await bench.opened()
    await bench.told()
    bench.shown()[0].deleted = True
    bench.operations.found["inc-checkout"] = bench.operations.found["inc-checkout"].evolve(phase="examine")
    await bench.told()
    assert len(bench.shown()) == 1


async def test_what_slack_finds_unfit_is_said_plainly(bench):
    await bench.outbox.begin()
    await bench.opened()
    bench.slack.faults.next("chat.postMessage", faults.says("invalid_blocks"))
    await bench.told()
    assert "checkout" in bench.shown()[0].seen.text


def archived(slack, room):
    slack.state.channels[room].archived = True


def without_us(slack, room):
    slack.state.channels[room].members.clear()


def gone(slack, room):
    slack.state.channels.pop(room)


@pytest.mark.parametrize("loss", [archived, without_us, gone])
async def test_a_channel_that_takes_nothing_from_the_start_is_left_for_the_fallback(bench, loss):
    loss(bench.slack, bench.room)
    await bench.outbox.begin()
    await bench.opened()
    bench.ask()
    await bench.told()
    assert len(bench.shown(bench.spare)) == 2
    assert bench.shown(bench.spare)[-1].buttons


async def test_a_channel_that_is_archived_in_the_middle_moves_the_incident_and_its_question(bench):
    await bench.outbox.begin()
    await bench.opened()
    await bench.told()
    archived(bench.slack, bench.room)
    proposal = bench.ask()
    await bench.told()
    await bench.told_later()
    root, card = bench.shown(bench.spare)
    assert card.thread_ts == root.ts
    await bench.decide(proposal)
    await bench.told_later()
    assert card.buttons == []
    assert len(bench.shown(bench.spare)) == 2


def both_archived(bench):
    archived(bench.slack, bench.room)
    archived(bench.slack, bench.spare)


def all_open(bench):
    for channel in bench.slack.state.channels.values():
        channel.archived = False


def down(bench):
    bench.slack.faults.down = True


def up(bench):
    bench.slack.faults.down = False


def revoked(bench):
    bench.slack.state.tokens[bench.slack.state.bot_token].error = "token_revoked"


def valid(bench):
    bench.slack.state.tokens[bench.slack.state.bot_token].error = ""


@pytest.mark.parametrize(
    ("breaks", "mends"), [(both_archived, all_open), (down, up), (revoked, valid)], ids=["archived", "down", "revoked"]
)
async def test_what_slack_cannot_be_told_is_said_in_the_journal_once_and_told_when_it_can(bench, breaks, mends):
    await bench.outbox.begin()
    await bench.opened()
    breaks(bench)
    proposal = bench.ask()
    await bench.told()
    await bench.told_later()
    assert bench.notes()
    assert bench.shown() == []
    mends(bench)
    await bench.told_later()
    assert len([message for message in bench.shown() if message.buttons]) == 1
    await bench.decide(proposal)
    await bench.told_later()
    assert [message.buttons for message in bench.shown()] == [[], []]


async def test_without_the_right_to_look_a_doubled_message_is_preferred_to_none(bench):
    bench.slack.state.tokens[bench.slack.state.bot_token].scopes -= {"channels:history"}
    await bench.outbox.begin()
    await bench.opened()
    bench.slack.faults.next("chat.postMessage", faults.breaks(503, lost=True))
    await bench.told()
    await bench.told_later()
    assert len(bench.shown()) == 2


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_text_breaks_no_message_and_is_shown_as_data(bench, name):
    text = HOSTILE[name]
    await bench.outbox.begin()
    await bench.opened(alertname=text.replace("\ud800", "?") or "x")
    bench.say(Topic.TROUBLE, text.replace("\ud800", "?"))
    bench.say(Topic.ACTION, text.replace("\ud800", "?"))
    await bench.told()
    assert bench.slack.web.errors == []
    assert len(bench.shown()) == 3
    assert [message.seen.alive for message in bench.shown()] == [[], [], []]
