"""What people do in the workspace, turned into what Slack tells the app about it.

Honest people can only press what they see; `press(version=…)` is somebody whose screen is behind, and
`Courier.bring` takes any payload, for what no client of Slack's would send.
"""

from typing import Any

from tests.slackfake.api_views import new_view, replace, view_json
from tests.slackfake.blocks import elements, every, modal_problems
from tests.slackfake.delivery import Courier, Delivery
from tests.slackfake.events import changed
from tests.slackfake.state import APP, BOT_USER, TEAM, Message, State, User, View, all_blocks

TOKEN = "deprecated-verification-token"


_HEARD = {
    "channel": ("message.channels", "channels:history"),
    "group": ("message.groups", "groups:history"),
    "im": ("message.im", "im:history"),
}


class Actors:
    """The people of one workspace."""

    def __init__(self, state: State, courier: Courier, origin: str) -> None:
        self.origin = origin
        self.subscribed = {"app_mention", "message.channels", "message.groups", "message.im"}
        self._state = state
        self._courier = courier

    def pressing(self, message: Message, action_id: str, user: User, *, value: str = "", version: int = -1) -> Delivery:
        """The press as Slack would tell it, not yet told; `value` chooses in a menu."""
        shown = message.versions[version]
        for block in all_blocks(shown):
            for element in elements(block):
                if element["action_id"] == action_id:
                    payload = self._pressed(
                        message, user, {**_act(element, value), "block_id": block.get("block_id", "")}
                    )
                    return Delivery("interactive", payload)
        seen = [element["action_id"] for block in all_blocks(shown) for element in elements(block)]
        raise LookupError(f"nothing with action_id {action_id!r} is on this message: {seen}")

    async def press(
        self, ts: str, action_id: str, user: User, *, value: str = "", version: int = -1, channel: str = ""
    ) -> Delivery:
        """Press a button or choose in a menu of a message, as it is shown now or was in an earlier version."""
        message = self._state.message(ts, channel)
        if message is None:
            raise LookupError(f"there is no message {ts} to press on")
        if user.id not in self._state.channels[message.channel].members:
            raise LookupError(f"{user.name} does not see the channel of message {ts}")
        return await self._courier.bring(self.pressing(message, action_id, user, value=value, version=version))

    async def submit(self, view: View, values: dict[str, Any], user: User) -> Delivery:
        """Fill a modal (action_id → text, or the value of an option) and press its submit button."""
        if not view.open or view.user != user.id:
            raise LookupError(f"{user.name} has no such modal open")
        shown = view_json(view, _filled(view, values))
        urls: list[dict[str, Any]] = []
        payload = self._interaction("view_submission", user) | {"view": shown, "response_urls": urls}
        delivery = await self._courier.bring(Delivery("interactive", payload, answers=True))
        if delivery.acked:
            self._after_submit(view, delivery.response)
        return delivery

    async def close(self, view: View, user: User) -> Delivery | None:
        """Close a modal without submitting; the app hears of it where it asked to."""
        view.open = False
        if not view.content.get("notify_on_close"):
            return None
        payload = self._interaction("view_closed", user) | {"view": view_json(view), "is_cleared": False}
        return await self._courier.bring(Delivery("interactive", payload))

    async def reply(self, thread_ts: str, text: str, user: User, channel: str = "") -> Delivery | None:
        """Write into the thread under a message."""
        parent = self._state.message(thread_ts, channel)
        if parent is None:
            raise LookupError(f"there is no message {thread_ts} to reply to")
        return await self.say(parent.channel, text, user, thread_ts=parent.thread_ts or parent.ts)

    async def say(self, channel: str, text: str, user: User, thread_ts: str = "") -> Delivery | None:
        """Write into a channel; a delivery where the app is there and subscribed to such events."""
        message = self._state.post(channel, user.id, text, thread_ts=thread_ts)
        event = message.json() | {"event_ts": message.ts, "client_msg_id": self._state.id("M")}
        last = await self.tell(channel, event)
        inside = BOT_USER in self._state.channels[channel].members
        if inside and f"<@{BOT_USER}>" in text and self._told("app_mention", "app_mentions:read"):
            last = await self._event({**event, "channel": channel, "type": "app_mention"})
        return last

    async def edit(self, message: Message, text: str) -> Delivery | None:
        """Its author writes a message anew."""
        if message.user == BOT_USER or message.deleted:
            raise LookupError("people edit what they wrote and what is there")
        self._state.edit(message, text=text)
        return await self.tell(message.channel, changed(message, "edited"))

    async def remove(self, message: Message) -> Delivery | None:
        """Its author or an administrator deletes a message: the app's own messages can go in this way too."""
        if message.deleted:
            raise LookupError("the message is gone already")
        message.deleted = True
        if message.ephemeral_to:
            return None
        return await self.tell(message.channel, changed(message, "deleted"))

    async def tell(self, channel: str, event: dict[str, Any]) -> Delivery | None:
        """Bring a message event, where the app is in the channel, subscribed to such events and may have them."""
        place = self._state.channels[channel]
        if BOT_USER not in place.members or not self._told(*_HEARD[place.kind]):
            return None
        return await self._event({**event, "channel": channel, "type": "message", "channel_type": place.kind})

    def _told(self, event: str, scope: str) -> bool:
        """Whether the app subscribed to such events and may have them."""
        return event in self.subscribed and scope in self._state.tokens[self._state.bot_token].scopes

    async def command(self, command: str, text: str, user: User, channel: str) -> Delivery:
        """Type a slash command."""
        place = self._state.channels[channel]
        payload = {
            "token": TOKEN,
            "team_id": TEAM,
            "team_domain": "fake",
            "channel_id": place.id,
            "channel_name": place.name,
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self.origin + self._state.responding(place.id, user.id, None),
            "trigger_id": self._state.trigger(user.id),
        }
        delivery = await self._courier.bring(Delivery("slash_commands", payload, answers=True))
        if delivery.acked and delivery.response.get("text"):
            to = user.id if delivery.response.get("response_type", "ephemeral") == "ephemeral" else ""
            self._state.post(place.id, BOT_USER, str(delivery.response["text"]), ephemeral_to=to)
        return delivery

    def _pressed(self, message: Message, user: User, action: dict[str, Any]) -> dict[str, Any]:
        place = self._state.channels[message.channel]
        hidden = bool(message.ephemeral_to)
        container = {"type": "message", "message_ts": message.ts, "channel_id": place.id, "is_ephemeral": hidden}
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        stamp = f"{self._state.now():.6f}"
        return self._interaction("block_actions", user) | {
            "container": container,
            "channel": {"id": place.id, "name": place.name},
            "trigger_id": self._state.trigger(user.id),
            "response_url": self.origin + self._state.responding(place.id, user.id, message),
            "actions": [action | {"action_ts": stamp}],
            "state": {"values": {}},
            **({} if hidden else {"message": message.json()}),
        }

    def _interaction(self, kind: str, user: User) -> dict[str, Any]:
        who = {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM}
        payload = {"type": kind, "user": who, "api_app_id": APP, "token": TOKEN}
        return payload | {"team": {"id": TEAM, "domain": "fake"}, "enterprise": None, "is_enterprise_install": False}

    async def _event(self, event: dict[str, Any]) -> Delivery:
        payload = {
            "token": TOKEN,
            "team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": self._state.id("Ev"),
            "event_time": int(self._state.now()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True, "enterprise_id": None}],
            "is_ext_shared_channel": False,
        }
        return await self._courier.bring(Delivery("events_api", payload))

    def _after_submit(self, view: View, response: dict[str, Any]) -> None:
        """What the app said becomes of the modal; without a word it closes."""
        action = response.get("response_action")
        if action == "errors":
            blocks = {block.get("block_id") for block in every(view.content["blocks"]) if block.get("type") == "input"}
            view.errors = {key: text for key, text in response.get("errors", {}).items() if key in blocks}
            return
        content = response.get("view")
        if action in {"update", "push"} and content and not modal_problems(content):
            if action == "update":
                replace(view, content)
            else:
                new_view(self._state, view.user, content, root=view.root)
            return
        for other in self._state.views.values():
            if other is view or (action == "clear" and other.root == view.root):
                other.open = False


def _act(element: dict[str, Any], value: str) -> dict[str, Any]:
    """The `actions` entry of a press on it."""
    acted: dict[str, Any] = {
        key: element[key] for key in ("type", "action_id", "text", "value", "style") if key in element
    }
    options = [*every(element.get("options")), *(o for g in every(element.get("option_groups")) for o in g["options"])]
    if value and options:
        chosen = next((one for one in options if one["value"] == value), None)
        if chosen is None:
            raise LookupError(f"no option {value!r} among {[one['value'] for one in options]}")
        acted["selected_option"] = chosen
    return acted


def _filled(view: View, values: dict[str, Any]) -> dict[str, Any]:
    """`state.values` of a modal; raises where an honest client would not let the person submit."""
    filled: dict[str, Any] = {}
    left = dict(values)
    for index, block in enumerate(every(view.content["blocks"])):
        for element in elements(block):
            name = element["action_id"]
            value = left.pop(name, None)
            if value is None and block.get("type") == "input" and not block.get("optional"):
                value = element.get("initial_value") or (element.get("initial_option") or {}).get("value")
                if value is None:
                    raise LookupError(f"the input {name!r} must be filled")
            filled.setdefault(block.get("block_id") or f"b{index}", {})[name] = _value(element, value)
    if left:
        raise LookupError(f"the modal has no inputs {sorted(left)}")
    return filled


def _value(element: dict[str, Any], value: Any) -> dict[str, Any]:
    kind = element["type"]
    if not (options := every(element.get("options"))):
        longest = element.get("max_length", 3000)
        if value is not None and len(str(value)) > longest:
            raise LookupError(f"the input {element['action_id']!r} takes {longest} characters")
        return {"type": kind, "value": value}
    several = kind in {"checkboxes", "multi_static_select"}
    chosen = [one for one in options if one["value"] in (value if isinstance(value, list) else [value])]
    if several:
        return {"type": kind, "selected_options": chosen}
    return {"type": kind, "selected_option": chosen[0] if chosen else None}
