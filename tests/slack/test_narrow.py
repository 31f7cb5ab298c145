"""Less than was asked: what the card offers, and what is sent to the daemon, with whose identity and groups."""

import pytest

from agent.model.action import Scale
from agent.model.journal import Topic
from agent.slack_section import Slack
from integrations.slack.deciding import MOST_CHOICES, choices
from integrations.slack.desk import Desk
from tests.memory_store import MemoryPosts
from tests.slack.bench import Bench
from tests.slack.office import HURRY


def scaling(proposal, now: int, asked: int):
    before = proposal.before.evolve(replicas=now)
    return proposal.evolve(action=Scale(target=proposal.action.target, replicas=asked), before=before)


@pytest.fixture
async def floor(slack):
    """A question about scaling from 3 to 6 on a desk over a daemon in memory, whose only approver is a group."""
    bench = Bench(slack, type("Now", (), {"at": 0.0})())
    group = slack.state.group("oncall", [slack.state.user("ann")])
    await bench.opened()
    proposal = scaling(bench.operations.ask("inc-checkout"), 3, 6)
    bench.operations.open = [proposal]
    bench.say(Topic.PROPOSAL, "scale", proposal.model_dump(mode="json"), f"proposal:0:{proposal.digest}")
    section = Slack(
        channel="incidents",
        bot_token=slack.state.bot_token,
        app_token=slack.state.app_token,
        api_url=f"{slack.origin}/api",
    )
    desk = Desk(section, bench.operations, MemoryPosts(), groups=[group.id], pace=HURRY)
    bench.group, bench.ann = group, next(one for one in slack.state.users.values() if one.name == "ann")
    await desk.start()
    await slack.socket.connected()
    await slack.until(lambda: slack.web.made("auth.test"))
    yield bench
    await desk.stop()


async def card(slack):
    def found():
        return [one for one in slack.state.messages if "narrow" in one.buttons]

    await slack.until(found)
    return found()[-1]


async def test_fewer_replicas_are_approved_by_choosing_them(floor, slack):
    await slack.people.press((await card(slack)).ts, "narrow", floor.ann)
    await slack.until(lambda: slack.state.views)
    view = next(iter(slack.state.views.values()))
    assert (await slack.people.submit(view, {"choice": "4"}, floor.ann)).acked
    await slack.until(lambda: floor.operations.decided)
    assert floor.operations.narrowings == [{"replicas": 4}]
    assert [made.identity for made in floor.operations.decided.values()] == [f"slack:T0FAKE:{floor.ann.id}"]


async def test_the_groups_of_whoever_presses_are_proven_by_slack(floor, slack):
    await slack.people.press((await card(slack)).ts, "approve", floor.ann)
    await slack.until(lambda: floor.operations.decided)
    (asked,) = slack.web.made("usergroups.users.list")
    assert asked.args["usergroup"] == floor.group.id


async def test_whoever_may_not_is_told_who_may_and_nobody_else_is(floor, slack):
    floor.operations.allowed = ["slack:T0FAKE:U9"]
    await slack.people.press((await card(slack)).ts, "approve", floor.ann)
    await slack.until(lambda: slack.state.ephemerals(floor.ann.id))
    assert "who may" in slack.state.ephemerals(floor.ann.id)[0].seen.text
    assert floor.operations.decided == {}


@pytest.mark.parametrize(
    ("now", "asked", "offered"), [(3, 6, ["4", "5"]), (6, 3, ["5", "4"]), (3, 4, []), (3, 3, [])], ids=str
)
def test_what_lies_between_now_and_asked_is_offered(now, asked, offered):
    proposal = scaling(_a_proposal(), now, asked)
    assert [value for value, _ in choices(proposal)] == offered


def test_a_long_way_is_offered_in_steps_and_a_rollback_not_at_all():
    assert 2 <= len(choices(scaling(_a_proposal(), 1, 1_000))) <= MOST_CHOICES + 1
    assert choices(_a_proposal()) == []


def _a_proposal():
    from tests.cli import samples  # noqa: PLC0415 - only here

    return samples.proposal()
