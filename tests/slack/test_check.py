"""`steadyhand slack check`: it says what is missing and posts nothing."""

import pytest

from agent.slack_section import Slack
from integrations.slack.check import SCOPES, check, known
from tests.slackfake import faults


@pytest.fixture
def room(slack):
    return slack.state.channel("incidents")


async def rows(slack, groups=(), **section):
    given = {"channel": "incidents", "bot_token": slack.state.bot_token, "app_token": slack.state.app_token}
    found = await check(Slack(**{**given, "api_url": f"{slack.origin}/api", **section}), list(groups))
    assert not slack.state.messages
    return {row.name: row for row in found}


async def test_all_is_well(slack, room):
    group = slack.state.group("oncall", [slack.state.user("ann")])
    found = await rows(slack, groups=[group.id])
    assert [name for name, row in found.items() if not row.ok] == []
    assert found[f"channel {room.name}"].detail.startswith(room.id)
    assert found[f"user group {group.id}"].detail == "1 members"
    assert found["socket"].detail == "opened and greeted"


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_missing_scope_is_named_with_what_it_costs(slack, room, scope):
    slack.state.tokens[slack.state.bot_token].scopes.discard(scope)
    found = await rows(slack)
    assert not found[f"scope {scope}"].ok
    assert "install the app again" in found[f"scope {scope}"].cost


async def test_a_channel_that_is_not_there_archived_or_closed_to_the_app_is_named(slack, room):
    slack.state.channel("old").archived = True
    slack.state.channel("theirs", bot=False)
    found = await rows(slack, fallback_channel="old", channels=[{"channel": "theirs"}, {"channel": "nowhere"}])
    told = {name: row.detail for name, row in found.items() if not row.ok}
    assert told["channel old"] == "it is archived"
    assert "/invite" in told["channel theirs"]
    assert "is the name right" in told["channel nowhere"]


async def test_a_token_that_is_no_good_ends_the_check(slack, room):
    found = await rows(slack, bot_token="xoxb-somebody-else")
    assert list(found) == ["bot token"]
    assert found["bot token"].detail == "invalid_auth"


@pytest.mark.parametrize("loss", ["wrong token", "switched off", "no scope"])
async def test_a_socket_that_does_not_open_says_what_to_look_at(slack, room, loss):
    section = {}
    if loss == "wrong token":
        section["app_token"] = "xapp-somebody-else"
    elif loss == "switched off":
        slack.socket.enabled = False
    else:
        slack.state.tokens[slack.state.app_token].scopes.clear()
    found = await rows(slack, **section)
    assert not found["socket"].ok
    assert "connections:write" in found["socket"].detail


async def test_a_workspace_that_is_down_is_said_to_be(slack, room):
    slack.faults.always("auth.test", faults.resets())
    found = await rows(slack)
    assert not found["bot token"].ok
    assert "no answer" in found["bot token"].detail


@pytest.mark.parametrize(
    ("token", "ok", "expected"),
    [("", True, "scopes granted"), ("xoxb-somebody-else", False, "invalid_auth; `steadyhand slack check` says more")],
)
async def test_whether_slack_knows_us_is_asked_without_opening_a_socket(slack, room, token, ok, expected):
    section = {"channel": "incidents", "bot_token": token or slack.state.bot_token, "app_token": slack.state.app_token}
    found = await known(Slack(**section, api_url=f"{slack.origin}/api"))
    assert (found.name, found.ok) == ("Slack", ok)
    assert found.detail.endswith(expected)
    assert [call.method for call in slack.web.calls] == ["auth.test"]
    assert not slack.socket.opened
