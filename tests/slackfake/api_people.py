"""auth.*, users.*, usergroups.* and conversations.*: who and where."""

from typing import Any

from tests.slackfake.call import Call, Method, Refusal, opened
from tests.slackfake.state import APP, BOT, BOT_USER, TEAM, Channel, User

READS = {"channel": "channels:read", "group": "groups:read", "im": "im:read"}


def auth(call: Call) -> dict[str, Any]:
    shown = {"url": "https://fake.slack.com/", "team": "Fake", "team_id": TEAM, "is_enterprise_install": False}
    if call.token.kind == "app":
        return shown | {"app_id": APP, "app_name": "steadyhand"}
    return shown | {"user": "steadyhand", "user_id": BOT_USER, "bot_id": BOT}


def user(call: Call) -> dict[str, Any]:
    found = call.state.users.get(call.need("user"))
    if found is None:
        raise Refusal("user_not_found")
    return {"user": _user(found)}


def groups(call: Call) -> dict[str, Any]:
    found = [{"id": one.id, "handle": one.handle, "name": one.handle} for one in call.state.groups.values()]
    return {"usergroups": found}


def group_users(call: Call) -> dict[str, Any]:
    found = call.state.groups.get(call.need("usergroup"))
    if found is None:
        raise Refusal("no_such_subteam")
    return {"users": list(found.users)}


def channel(call: Call) -> dict[str, Any]:
    if not call.token.scopes & set(READS.values()):
        call.scoped(*READS.values())
    found = call.channel()
    call.scoped(READS[found.kind])
    return {"channel": _channel(found)}


def channels(call: Call) -> dict[str, Any]:
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    wanted = [kinds.get(name) for name in (call.text("types") or "public_channel").split(",")]
    for kind in wanted:
        if kind is None:
            raise Refusal("invalid_types")
        call.scoped(READS[kind])
    found = [
        one
        for one in call.state.channels.values()
        if one.kind in wanted
        and (one.kind == "channel" or BOT_USER in one.members)
        and not (one.archived and call.flag("exclude_archived"))
    ]
    start, limit = int(call.text("cursor") or 0), int(call.text("limit") or 100)
    following = str(start + limit) if len(found) > start + limit else ""
    page = [_channel(one) for one in found[start : start + limit]]
    return {"channels": page, "response_metadata": {"next_cursor": following}}


def direct(call: Call) -> dict[str, Any]:
    name = call.need("users")
    if name not in call.state.users:
        raise Refusal("user_not_found")
    if call.state.users[name].deleted:
        raise Refusal("user_disabled")
    return {"channel": {"id": opened(call.state, name).id}}


def _user(one: User) -> dict[str, Any]:
    profile = {"real_name": one.real_name, "display_name": one.name}
    shown = {"id": one.id, "team_id": TEAM, "name": one.name, "real_name": one.real_name, "profile": profile}
    return shown | {"deleted": one.deleted, "is_bot": one.is_bot, "tz": one.tz}


def _channel(one: Channel) -> dict[str, Any]:
    kinds = {"is_channel": one.kind == "channel", "is_private": one.kind != "channel", "is_im": one.kind == "im"}
    return {
        "id": one.id,
        "name": one.name,
        "is_archived": one.archived,
        "is_member": BOT_USER in one.members,
        "num_members": len(one.members),
        **kinds,
    }


METHODS: dict[str, tuple[Method, tuple[str, ...], bool]] = {
    "auth.test": (auth, (), True),
    "users.info": (user, ("users:read",), False),
    "usergroups.list": (groups, ("usergroups:read",), False),
    "usergroups.users.list": (group_users, ("usergroups:read",), False),
    "conversations.info": (channel, (), False),
    "conversations.list": (channels, (), False),
    "conversations.open": (direct, ("im:write",), True),
}
