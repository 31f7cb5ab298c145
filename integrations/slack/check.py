"""`steadyhand slack check`: what is missing at Slack's side, what that costs, and where to mend it. Posts nothing."""

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from agent.model.checked import Checked
from agent.slack_section import Slack
from integrations.slack.chart import available
from integrations.slack.desk import PATH, client_of
from integrations.slack.people import GROUP_MEMBERS
from integrations.slack.sender import Sender
from integrations.slack.trouble import Trouble, read

SCOPES = {
    "chat:write": "nothing can be posted",
    "channels:read": "a public channel cannot be found by its name",
    "groups:read": "a private channel cannot be found by its name",
    "channels:history": "after a lost answer a message in a public channel may be posted twice, and threads are not answered",
    "groups:history": "the same in private channels",
    "metadata.message:read": "after a lost answer a message may be posted twice",
    "files:write": "the burn chart is not uploaded",
    "usergroups:read": "approvers cannot be given as user groups",
    "app_mentions:read": "a mention in a thread is not heard",
}
"""The bot's scopes, and what is lost without each."""

_MEND = "add it under OAuth & Permissions and install the app again (docs/slack.md)"


async def check(section: Slack, groups: list[str]) -> list[Checked]:
    """One row a thing. Raises Unusable for a secret that cannot be read."""
    client = client_of(section)
    rows = await _token(client)
    if not rows[0].ok:
        return rows
    sender = Sender(client)
    rows += [await _channel(sender, name) for name in _channels(section)]
    rows += [await _group(sender, group) for group in groups]
    rows.append(await _socket(section) if section.mode == "socket" else _http())
    drawn = "drawn by matplotlib" if available() else "drawn as text: pip install 'steadyhand[charts]' for an image"
    return [*rows, Checked(name="burn chart", ok=True, detail=drawn)]


async def known(section: Slack) -> Checked:
    """Whether Slack takes the bot token; no connection is opened that could be given a person's click. Raises Unusable."""
    found = (await _token(client_of(section)))[0]
    if found.ok:
        return found.evolve(name="Slack")
    detail, lost = f"{found.detail}; `steadyhand slack check` says more", "nobody is told or asked in Slack"
    return found.evolve(name="Slack", detail=detail, cost=lost)


async def _token(client: AsyncWebClient) -> list[Checked]:
    try:
        answer = await client.auth_test()
    except Exception as error:  # noqa: BLE001 - read() raises what is no trouble of Slack's
        return [
            Checked(
                name="bot token", ok=False, detail=str(read(error)), cost="Slack is not used; is it the xoxb-… token?"
            )
        ]
    told = answer.data if isinstance(answer.data, dict) else {}
    who = f"{told.get('user')} in {told.get('team')} ({told.get('team_id')})"
    granted = {scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",")}
    missing = [
        Checked(name=f"scope {scope}", ok=False, detail="not granted", cost=f"{lost}; {_MEND}")
        for scope, lost in SCOPES.items()
        if scope not in granted
    ]
    has = f"{len(SCOPES) - len(missing)} of {len(SCOPES)} scopes granted"
    return [Checked(name="bot token", ok=True, detail=f"{who}; {has}"), *missing]


def _channels(section: Slack) -> list[str]:
    named = [section.channel, *(rule.channel for rule in section.channels), section.fallback_channel]
    return list(dict.fromkeys(name for name in named if name))


async def _channel(sender: Sender, name: str) -> Checked:
    row, lost = f"channel {name}", "its incidents go to the fallback channel, or are only in the CLI"
    try:
        found = (await sender.call("conversations.info", channel=await sender.room(name))).get("channel") or {}
    except Trouble as trouble:
        hint = "; is the name right? a private channel is only seen after the app was invited"
        return Checked(name=row, ok=False, detail=f"{trouble}{hint}", cost=lost)
    if found.get("is_archived"):
        return Checked(name=row, ok=False, detail="it is archived", cost=lost)
    if not found.get("is_member"):
        return Checked(name=row, ok=False, detail="the app is not in it; write /invite @steadyhand there", cost=lost)
    return Checked(name=row, ok=True, detail=f"{found.get('id')}, the app is in it")


async def _group(sender: Sender, group: str) -> Checked:
    try:
        users = (await sender.call(GROUP_MEMBERS, usergroup=group)).get("users") or []
    except Trouble as trouble:
        return Checked(name=f"user group {group}", ok=False, detail=str(trouble), cost="its members may decide nothing")
    return Checked(name=f"user group {group}", ok=True, detail=f"{len(users)} members")


async def _socket(section: Slack) -> Checked:
    lost = "buttons and questions do not reach the daemon"
    token = section.secret("app_token")
    client = AsyncWebClient(token=token, base_url=f"{section.api_url}/", retry_handlers=[])
    try:
        url = str((await client.apps_connections_open(app_token=token)).get("url"))
        timeout = aiohttp.ClientTimeout(total=15)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.ws_connect(url) as socket:
            hello = await socket.receive_json(timeout=10)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the person wants to know
        told = str(read(error)) if not isinstance(error, TypeError | ValueError) else "no greeting came"
        hint = "; is it the xapp-… token with connections:write, and is Socket Mode on in the app's settings?"
        return Checked(name="socket", ok=False, detail=f"{told}{hint}", cost=lost)
    return Checked(name="socket", ok=hello.get("type") == "hello", detail="opened and greeted", cost=lost)


def _http() -> Checked:
    told = f"Slack has to reach the daemon at https://YOUR-ADDRESS{PATH}; that cannot be tried from here"
    return Checked(name="signed HTTP", ok=True, detail=told)
