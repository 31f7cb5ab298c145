"""The one place that calls Slack's Web API: paced, patient, and exact about what may have arrived.

The SDK's own retries are switched off: it would repeat a post whose answer was lost. What is safe to
repeat is repeated here (tenacity); what is not comes back as `Trouble` of kind UNCERTAIN, and
`outbox.py` looks into the channel before it says anything twice.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from integrations.slack.blocks import Note
from integrations.slack.trouble import Kind, Trouble, read

EVENT = "steadyhand_message"
"""`event_type` of the metadata every message of ours carries: how it is found again."""

ATTEMPTS = 4
PAGES, PAGE = 5, 200
"""How far back a message is looked for: a thousand messages is hours of a busy channel."""

_ID = re.compile(r"[CGD][A-Z0-9]{6,}")
_REPEATABLE = ("auth.", "conversations.", "users.", "usergroups.", "chat.update", "files.getUpload", "bots.")

Sleep = Callable[[float], Awaitable[None]]


class Sender:
    """Calls with patience. `pace` is the least time between two messages in one channel, in seconds."""

    def __init__(self, client: AsyncWebClient, pace: float = 1.0, sleep: Sleep = asyncio.sleep) -> None:
        client.retry_handlers = []
        self._client, self._pace, self._sleep = client, pace, sleep
        self._turns: dict[str, asyncio.Lock] = {}
        self._free: dict[str, float] = {}
        self._named: dict[str, str] = {}

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """One method, repeated while that is safe and may help. Raises Trouble."""
        repeatable = method.startswith(_REPEATABLE)

        def again(error: BaseException) -> bool:
            return isinstance(error, Trouble) and (
                error.kind is Kind.LATER or (repeatable and error.kind is Kind.UNCERTAIN)
            )

        retrying = AsyncRetrying(
            retry=retry_if_exception(again),
            stop=stop_after_attempt(ATTEMPTS),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(self._once, method, arguments)

    async def _once(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        given = {key: value for key, value in arguments.items() if value is not None}
        try:
            answer = await self._client.api_call(method, data=_form(given))
        except Exception as error:
            raise read(error) from error
        if not isinstance(answer.data, dict):
            raise Trouble(Kind.UNCERTAIN, "Slack's answer cannot be read")
        return answer.data

    async def post(
        self, note: Note, *, room: str, name: dict[str, str], thread: str = "", loud: bool = False
    ) -> tuple[str, str]:
        """A new message; the channel's id and the message's. A `loud` reply is shown in the channel too. Raises Trouble."""
        metadata = {"event_type": EVENT, "event_payload": name}
        more = {"thread_ts": thread or None, "reply_broadcast": True if thread and loud else None}
        answer = await self._in_turn(
            room, "chat.postMessage", channel=room, metadata=metadata, unfurl_links=False, **note.arguments, **more
        )
        return str(answer["channel"]), str(answer["ts"])

    async def edit(self, note: Note, *, room: str, ts: str) -> None:
        """Other content for a message of ours. Raises Trouble."""
        await self._in_turn(room, "chat.update", channel=room, ts=ts, **note.arguments)

    async def upload(self, url: str, content: bytes) -> None:
        """The bytes of a file, to where Slack wants them. Raises Trouble."""
        timeout = aiohttp.ClientTimeout(total=30)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.post(url, data=content) as answer:
                if answer.status != HTTPStatus.OK:
                    raise Trouble(Kind.UNCERTAIN, f"the upload was answered with {answer.status}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise read(error) from error

    async def whisper(self, room: str, user: str, text: str, thread: str = "") -> None:
        """Something only one person sees. Raises Trouble."""
        await self.call("chat.postEphemeral", channel=room, user=user, text=text, thread_ts=thread or None)

    async def find(self, room: str, name: dict[str, str], thread: str = "") -> tuple[str, str] | None:
        """The message of ours with this name in a channel or thread, if it is there. Raises Trouble."""
        place = await self.room(room)
        method = "conversations.replies" if thread else "conversations.history"
        latest: str | None = None
        for _ in range(PAGES):
            asked = {"ts": thread} if thread else {"latest": latest}
            page = await self.call(method, channel=place, limit=PAGE, include_all_metadata=True, **asked)
            messages = page.get("messages") or []
            for message in messages:
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == EVENT and metadata.get("event_payload") == name:
                    return place, str(message["ts"])
            if thread or not page.get("has_more") or not messages:
                return None
            latest = str(messages[-1]["ts"])
        return None

    async def room(self, channel: str) -> str:
        """The id of a channel given by name or id. Raises Trouble of kind ROOM where there is none."""
        if _ID.fullmatch(channel):
            return channel
        if channel not in self._named:
            await self._list()
        if channel not in self._named:
            raise Trouble(Kind.ROOM, "channel_not_found")
        return self._named[channel]

    async def _list(self) -> None:
        cursor = ""
        while True:
            page = await self.call(
                "conversations.list", types="public_channel,private_channel", limit=PAGE, cursor=cursor or None
            )
            self._named |= {str(one["name"]): str(one["id"]) for one in page.get("channels", [])}
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _in_turn(self, room: str, method: str, **arguments: Any) -> dict[str, Any]:
        """Messages of one channel go one after the other, `pace` apart."""
        loop = asyncio.get_running_loop()
        async with self._turns.setdefault(room, asyncio.Lock()):
            wait = self._free.get(room, 0.0) - loop.time()
            if wait > 0:
                await self._sleep(wait)
            try:
                return await self.call(method, **arguments)
            finally:
                self._free[room] = loop.time() + self._pace


_backoff = wait_exponential_jitter(multiplier=0.5, max=20, jitter=0.5)


def _wait(state: RetryCallState) -> float:
    """As long as Slack asked for, or twice as long each time."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.after if isinstance(error, Trouble) else 0.0
    return max(asked, 0.0 if asked else _backoff(state))


def _form(arguments: dict[str, Any]) -> dict[str, str]:
    """Every method takes forms; lists and mappings in them are JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in arguments.items()}
