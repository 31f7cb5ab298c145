"""The fake as a whole: one Slack on loopback or at another address, for one workspace with one app.

    async with SlackFake() as slack:
        channel, ann = slack.state.channel("incidents"), slack.state.user("ann")
        client = AsyncWebClient(token=slack.state.bot_token, base_url=slack.api)
        …
        await slack.people.press(message.ts, "approve", ann)

Written from Slack's public documents and from what its SDK expects, and never compared with Slack itself.
Where those are silent the stricter reading was taken:
- all blocks of a message together hold 13,200 characters (`msg_blocks_too_long`; the real limit is not documented);
- an action_id is unique within its block, a block_id within its message; lengths are of the text as sent;
- `thread_ts` must be a message that begins a thread (`thread_not_found`, `cannot_reply_to_message`);
- mrkdwn that is not `verbatim` makes links of bare domains and shouts of a bare @channel, in code too;
- rich_text and plain_text show their text as it is (a client that made links of bare URLs there would be unknown to us);
- rate limits are buckets of Slack's tiers for the workspace, posts for each channel with a burst of three;
- after a disconnect message Slack hangs up a second later; an eleventh websocket is told `too_many_websockets`;
- a file can be shown in a block once its upload was completed, `State.file_seconds` later;
- of the app's own posts and edits it is told nothing (Bolt would drop that).
Events that were not acknowledged come again with the same event_id in a new envelope; presses do not (`Courier.retried`).
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Self

from aiohttp import web

from tests.slackfake.actors import Actors
from tests.slackfake.call import Method
from tests.slackfake.delivery import Courier
from tests.slackfake.faults import Faults
from tests.slackfake.signed import SignedHttp
from tests.slackfake.socketmode import SocketMode
from tests.slackfake.state import Message, State
from tests.slackfake.web import Web

LARGEST_BODY = 64 << 20


class SlackFake:
    """Starts and stops as an async context; `signed_url` chooses signed HTTP instead of Socket Mode."""

    def __init__(self, now: Callable[[], float] = time.time, signed_url: str = "", host: str = "127.0.0.1") -> None:
        self._host = host
        self.state = State(now)
        self.faults = Faults(now)
        self.socket = SocketMode(self.state)
        self.signed = SignedHttp(self.state, signed_url)
        opens: dict[str, tuple[Method, tuple[str, ...], bool]] = {
            "apps.connections.open": (self.socket.open, ("connections:write",), True)
        }
        self.web = Web(self.state, self.faults, opens)
        self.courier = Courier(self.signed if signed_url else self.socket)
        self.people = Actors(self.state, self.courier, "")
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def origin(self) -> str:
        return f"http://{self._host}:{self.port}"

    @property
    def api(self) -> str:
        """`base_url` for a client."""
        return f"{self.origin}/api/"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the port of last time if there was one: a workspace that was down comes back with its state."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/api/{method}", self.web.method)
        app.router.add_post("/upload/v1/{ticket}", self.web.upload)
        app.router.add_post("/response/{path:.+}", self.web.response)
        app.router.add_get("/link/", self.socket.link)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.people.origin = self.origin

    async def stop(self) -> None:
        """Hang up and stop listening."""
        for connection in list(self.socket.connections):
            with contextlib.suppress(ConnectionError, TimeoutError):
                await asyncio.wait_for(connection.close(), 1)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def until(self, found: Callable[[], object], seconds: float = 30.0) -> None:
        """Come back when it is so. TimeoutError with what was said and refused when it is not in time."""
        end = time.monotonic() + seconds
        while not found():
            if time.monotonic() > end:
                shown = [f"{one.channel} {one.ts}: {one.seen.text[:200]!r}" for one in self.state.messages]
                raise TimeoutError(f"not within {seconds} s; messages: {shown}; refused: {self.web.errors}")
            await asyncio.sleep(0.01)

    async def message(self, saying: str, channel: str = "") -> Message:
        """The newest message that shows this, waited for."""

        def matching() -> list[Message]:
            mine = [one for one in self.state.messages if channel in ("", one.channel) and not one.deleted]
            return [one for one in mine if saying in one.seen.text]

        await self.until(matching)
        return matching()[-1]
