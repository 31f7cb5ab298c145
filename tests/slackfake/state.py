"""What Slack would keep of one workspace with one app in it: people, channels, messages with their history, files, views.

Tests set it up and read it; `api_*.py` and `actors.py` change it. Time is given, so that a test may move it.
"""

import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.slackfake.blocks import elements, every
from tests.slackfake.mrkdwn import Seen, seen, seen_blocks

TEAM = "T0FAKE"
APP = "A0FAKE"
BOT = "B0FAKE"
BOT_USER = "U0BOT"
BOT_SCOPES = (
    "app_mentions:read channels:history channels:read chat:write commands files:write groups:history groups:read "
    "im:history im:read im:write metadata.message:read reactions:write usergroups:read users:read"
)


@dataclass
class User:
    id: str
    name: str
    real_name: str = ""
    deleted: bool = False
    is_bot: bool = False
    tz: str = "Etc/UTC"


@dataclass
class Group:
    id: str
    handle: str
    users: list[str]


@dataclass
class Channel:
    id: str
    name: str
    kind: str = "channel"  # channel (public), group (private), im
    members: set[str] = field(default_factory=set)
    archived: bool = False


@dataclass
class Token:
    value: str
    kind: str  # bot, app
    scopes: set[str]
    error: str = ""  # token_revoked, account_inactive, token_expired


@dataclass(frozen=True)
class Version:
    """A message as it was at a time."""

    text: str
    blocks: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    at: float


@dataclass
class Message:
    channel: str
    ts: str
    user: str
    versions: list[Version]
    thread_ts: str = ""
    metadata: dict[str, Any] | None = None
    ephemeral_to: str = ""
    deleted: bool = False
    broadcast: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    @property
    def now(self) -> Version:
        return self.versions[-1]

    @property
    def text(self) -> str:
        return self.now.text

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self.now.blocks

    @property
    def colours(self) -> list[str]:
        """Of the edges of its attachments."""
        return [str(one["color"]) for one in self.now.attachments if "color" in one]

    @property
    def all_blocks(self) -> list[dict[str, Any]]:
        """Its own and those of its attachments, in the order they are shown."""
        return all_blocks(self.now)

    @property
    def seen(self) -> Seen:
        """What a person sees in the channel: the blocks, or the text where there are none."""
        shown = Seen() if self.blocks else seen(self.text)
        for attachment in self.now.attachments:
            shown.add(seen(str(attachment.get("text", ""))))
        shown.add(seen_blocks(self.all_blocks))
        return shown

    @property
    def notification(self) -> Seen:
        """What a phone shows."""
        return seen(self.text)

    @property
    def buttons(self) -> list[str]:
        """The action ids that can be pressed now."""
        return [element["action_id"] for block in self.all_blocks for element in elements(block)]

    def json(self, version: int = -1) -> dict[str, Any]:
        """As the Web API and payloads show it, or showed an earlier version."""
        at = self.versions[version]
        shown: dict[str, Any] = {"type": "message", "ts": self.ts, "user": self.user, "text": at.text, "team": TEAM}
        if self.user == BOT_USER:
            shown |= {"bot_id": BOT, "app_id": APP}
        if at.blocks:
            shown["blocks"] = at.blocks
        if at.attachments:
            shown["attachments"] = at.attachments
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
        if at is not self.versions[0]:
            shown["edited"] = {"user": self.user, "ts": f"{at.at:.6f}"}
        if self.files:
            shown["files"] = [{"id": file} for file in self.files]
        return shown


def all_blocks(version: Version) -> list[dict[str, Any]]:
    return [*version.blocks, *(block for one in version.attachments for block in every(one.get("blocks")))]


def named(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Slack names the blocks that came without a name."""
    return [{"block_id": secrets.token_hex(3), **block} for block in blocks]


def _attached(attachments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "blocks": named(one["blocks"])} if "blocks" in one else one for one in attachments]


@dataclass
class File:
    id: str
    name: str
    length: int
    ticket: str
    content: bytes | None = None
    title: str = ""
    shared: list[str] = field(default_factory=list)  # channel ids; empty: uploaded and shown nowhere
    ready: float | None = None  # when it can be shown in a block; None: the upload was never completed


@dataclass
class View:
    id: str
    root: str
    user: str
    content: dict[str, Any]
    hash: str
    open: bool = True
    errors: dict[str, str] = field(default_factory=dict)  # block_id → what the app said against the input
    versions: int = 1


@dataclass
class Trigger:
    user: str
    expires: float
    used: bool = False


@dataclass
class ResponseUrl:
    channel: str
    user: str
    expires: float
    message: Message | None = None
    left: int = 5


class State:
    """One workspace."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.users: dict[str, User] = {BOT_USER: User(BOT_USER, "steadyhand", "Steadyhand", is_bot=True)}
        self.groups: dict[str, Group] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: list[Message] = []
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.file_seconds = 0.0  # how long Slack works on a file before a block may show it
        self.signing_secret = secrets.token_hex(16)
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{APP}-{secrets.token_hex(12)}"
        self.tokens = {
            self.bot_token: Token(self.bot_token, "bot", set(BOT_SCOPES.split())),
            self.app_token: Token(self.app_token, "app", {"connections:write"}),
        }
        self._numbers = itertools.count(1)
        self._last = 0  # microseconds: as a float two of them could look alike

    def id(self, letter: str) -> str:
        return f"{letter}0{next(self._numbers):06d}"

    def user(self, name: str, **more: Any) -> User:
        """A new person, in every public channel."""
        user = User(self.id("U"), name, more.pop("real_name", name.title()), **more)
        self.users[user.id] = user
        for channel in self.channels.values():
            if channel.kind == "channel":
                channel.members.add(user.id)
        return user

    def group(self, handle: str, users: list[User]) -> Group:
        group = Group(self.id("S"), handle, [user.id for user in users])
        self.groups[group.id] = group
        return group

    def channel(self, name: str, kind: str = "channel", bot: bool = True) -> Channel:
        """A new channel with everybody in it; `bot`: whether the app was invited."""
        members = {user.id for user in self.users.values() if user.id != BOT_USER or bot}
        channel = Channel(self.id({"channel": "C", "group": "G", "im": "D"}[kind]), name, kind, members)
        self.channels[channel.id] = channel
        return channel

    def ts(self) -> str:
        """A new message's name: its time, never given twice."""
        self._last = max(int(self.now() * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def post(self, channel: str, user: str, text: str, **more: Any) -> Message:
        """Put a message into a channel; no questions asked."""
        blocks, attachments = named(more.pop("blocks", [])), _attached(more.pop("attachments", []))
        version = Version(text, blocks, attachments, self.now())
        message = Message(channel, self.ts(), user, [version], **more)
        self.messages.append(message)
        return message

    def edit(self, message: Message, **change: Any) -> None:
        """A new version of a message."""
        old = message.now
        message.versions.append(
            Version(
                change.get("text", old.text),
                named(change.get("blocks", old.blocks)),
                _attached(change.get("attachments", old.attachments)),
                self.now(),
            )
        )

    def message(self, ts: str, channel: str = "") -> Message | None:
        """The message of that ts that is still there."""
        for message in self.messages:
            if message.ts == ts and not message.deleted and channel in ("", message.channel):
                return message
        return None

    def thread(self, ts: str) -> list[Message]:
        """The replies to a message that a person would see, oldest first."""
        return [one for one in self.messages if one.thread_ts == ts and not one.deleted and not one.ephemeral_to]

    def shown(self, channel: str) -> list[Message]:
        """The messages of a channel outside threads, oldest first."""
        mine = [one for one in self.messages if one.channel == channel and not one.deleted and not one.ephemeral_to]
        return [one for one in mine if not one.thread_ts or one.thread_ts == one.ts or one.broadcast]

    def ephemerals(self, user: str) -> list[Message]:
        """What only this person saw."""
        return [one for one in self.messages if one.ephemeral_to == user and not one.deleted]

    def trigger(self, user: str) -> str:
        """A new trigger id: one view within three seconds."""
        name = f"{next(self._numbers)}.{TEAM}.{secrets.token_hex(8)}"
        self.triggers[name] = Trigger(user, self.now() + 3)
        return name

    def responding(self, channel: str, user: str, message: Message | None) -> str:
        """The path of a new response_url: five uses within thirty minutes."""
        path = f"/response/{TEAM}/{next(self._numbers)}/{secrets.token_hex(8)}"
        self.response_urls[path] = ResponseUrl(channel, user, self.now() + 1800, message)
        return path
