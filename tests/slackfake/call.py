"""One call of a Web API method: its arguments, who makes it, and the way it is refused.

The `api_*.py` files hold the methods; `web.py` has their table and speaks HTTP.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.slackfake.blocks import attachment_problems, problems, too_long
from tests.slackfake.state import BOT_USER, Channel, Message, State, Token


class Refusal(Exception):
    """{"ok": false, "error": …}, as Slack says it; `more` goes into the answer."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


def refused_for(error: str, found: list[str]) -> Refusal:
    """A refusal that lists what is wrong where."""
    return Refusal(error, errors=found, response_metadata={"messages": [f"[ERROR] {one}" for one in found]})


@dataclass
class Call:
    state: State
    token: Token
    args: dict[str, Any]
    origin: str  # of this server, for the URLs in answers

    def need(self, name: str) -> str:
        """A required argument."""
        value = self.args.get(name)
        if value in (None, ""):
            raise refused_for("invalid_arguments", [f"missing required field: {name}"])
        return str(value)

    def text(self, name: str) -> str:
        value = self.args.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: float, error: str) -> float:
        """An optional argument that is a number, in forms and JSON alike."""
        value = self.text(name)
        try:
            return float(value) if value else default
        except ValueError:
            raise Refusal(error) from None

    def flag(self, name: str) -> bool:
        return self.args.get(name) in (True, "true", "1", 1)

    def json(self, name: str, error: str) -> Any:
        """An argument that is JSON, in forms as text."""
        value = self.args.get(name)
        if isinstance(value, str):
            try:
                return json.loads(value) if value else None
            except ValueError:
                raise Refusal(error) from None
        return value

    def scoped(self, *any_of: str) -> None:
        """The token has one of these scopes, or the call is refused as Slack does."""
        if any_of and not self.token.scopes & set(any_of):
            raise Refusal("missing_scope", needed=",".join(any_of), provided=",".join(sorted(self.token.scopes)))

    def channel(self, write: bool = False, argument: str = "channel") -> Channel:
        """The channel meant by id or, for writing, by #name; private ones the app is not in do not exist for it."""
        wanted = self.need(argument)
        if write and wanted in self.state.users and wanted != BOT_USER:
            return opened(self.state, wanted)
        for channel in self.state.channels.values():
            named = write and channel.kind == "channel" and wanted.removeprefix("#") == channel.name
            if channel.id != wanted and not named:
                continue
            inside = BOT_USER in channel.members
            if not inside and channel.kind != "channel":
                break
            if write and channel.archived:
                raise Refusal("is_archived")
            if write and not inside and "chat:write.public" not in self.token.scopes:
                raise Refusal("not_in_channel")
            return channel
        raise Refusal("channel_not_found")

    def message(self, channel: Channel, argument: str = "ts", error: str = "message_not_found") -> Message:
        found = self.state.message(self.need(argument), channel.id)
        if found is None or found.ephemeral_to:  # an ephemeral message cannot be found again
            raise Refusal(error)
        return found

    def content(self) -> dict[str, Any]:
        """The text, blocks and attachments given, checked as Slack checks them."""
        blocks = self.json("blocks", "invalid_blocks_format")
        attachments = self.json("attachments", "invalid_attachments")
        if found := problems(blocks) if blocks is not None else []:
            raise refused_for("invalid_blocks", found)
        if found := attachment_problems(attachments) if attachments is not None else []:
            raise refused_for("invalid_blocks" if "/blocks" in found[0] else "invalid_attachments", found)
        if too_long(blocks, attachments):
            raise Refusal("msg_blocks_too_long")
        missing = _missing_files(blocks, self.state, "/blocks")
        if missing := [*missing, *_missing_files(attachments, self.state, "/attachments")]:
            raise refused_for("invalid_blocks", missing)
        given = {"text": self.args.get("text"), "blocks": blocks, "attachments": attachments}
        return {name: value for name, value in given.items() if value is not None}


Method = Callable[[Call], dict[str, Any]]


def opened(state: State, user: str) -> Channel:
    """The app's direct messages with a person, made when there are none yet."""
    for channel in state.channels.values():
        if channel.kind == "im" and channel.members == {user, BOT_USER}:
            return channel
    channel = state.channel(user, kind="im")
    channel.members = {user, BOT_USER}
    return channel


def _missing_files(part: Any, state: State, at: str) -> list[str]:
    """Where files are named that cannot be shown: unknown, not completed, or still being worked on."""
    if isinstance(part, list):
        return [one for index, inner in enumerate(part) for one in _missing_files(inner, state, f"{at}/{index}")]
    if not isinstance(part, dict):
        return []
    found = [one for key, inner in part.items() for one in _missing_files(inner, state, f"{at}/{key}")]
    named = part.get("slack_file")
    if isinstance(named, dict) and "id" in named:
        file = state.files.get(str(named["id"]))
        if file is None or file.ready is None or state.now() < file.ready:
            found.append(f"invalid slack file [json-pointer:{at}/slack_file]")
    return found
