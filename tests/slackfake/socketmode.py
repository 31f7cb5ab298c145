"""Socket Mode: tickets, websockets, envelopes and acknowledgements, with all that goes wrong there on demand."""

import asyncio
import contextlib
import json
import random
import secrets
from typing import Any

from aiohttp import WSMsgType, web

from tests.slackfake.call import Call, Refusal
from tests.slackfake.delivery import Delivery
from tests.slackfake.state import APP, State

MOST_CONNECTIONS = 10
TICKET_SECONDS = 30


class SocketMode:
    """The websockets of one app; a delivery goes to any one of them."""

    def __init__(self, state: State, seed: int = 0) -> None:
        self.ack_seconds = 3.0
        self.grace_seconds = 1.0
        self.connections: list[web.WebSocketResponse] = []
        self.opened = 0  # connections ever made
        self.pongs = 0  # answers to our pings
        self.muted = False  # pings are not answered and nothing is sent: a connection that only seems alive
        self.strays: list[Any] = []  # what came from the app and was no acknowledgement of anything
        self.enabled = True  # whether Socket Mode is switched on in the app's settings
        self._state = state
        self._random = random.Random(seed)
        self._tickets: dict[str, float] = {}
        self._waiting: dict[str, tuple[Delivery, asyncio.Future[Any]]] = {}
        self._dropped = 0
        self._doubled = 0
        self._held: list[asyncio.Event] | None = None
        self._changed = asyncio.Condition()

    # --- what goes wrong -------------------------------------------------------------------------

    def drop(self, count: int) -> None:
        """The next envelopes never reach the app."""
        self._dropped += count

    def duplicate(self, count: int) -> None:
        """The next envelopes reach it twice."""
        self._doubled += count

    def hold(self) -> None:
        """Keep envelopes back until `release`."""
        self._held = []

    async def release(self, order: str = "reversed", count: int = 1) -> None:
        """Wait for `count` envelopes that are held, and let them go: "reversed", "shuffled" or "kept" order."""
        held, arrived = [] if self._held is None else self._held, self._changed
        async with arrived:
            await arrived.wait_for(lambda: len(held) >= count)
        self._held = None
        if order == "reversed":
            held.reverse()
        elif order == "shuffled":
            self._random.shuffle(held)
        for one in held:
            one.set()
            await asyncio.sleep(0.01)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell the app to connect again: warning, refresh_requested or link_disabled.

        After all but a warning Slack hangs up, when the app has not done so itself within `grace_seconds`.
        """
        told = list(self.connections)
        for connection in told:
            message = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}}
            await connection.send_json(message)
        if reason == "warning":
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.grace_seconds), self._changed:
                await self._changed.wait_for(lambda: not set(told) & set(self.connections))
        for connection in told:
            await connection.close()

    def cut(self) -> None:
        """All connections end without a word."""
        for connection in list(self.connections):
            transport = connection._req.transport if connection._req is not None else None
            if transport is not None:
                transport.abort()

    async def pinged(self, seconds: float = 1.0) -> int:
        """Ping every connection, as Slack does all the time; how many answered in time."""
        before = self.pongs
        asked = len(self.connections)
        for connection in list(self.connections):
            await connection.ping(b"Ping from applink-fake")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self.pongs - before >= asked)
        return self.pongs - before

    async def connected(self, count: int = 1) -> None:
        """Come back when the app has this many connections."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.connections) >= count)

    # --- the protocol ----------------------------------------------------------------------------

    def open(self, call: Call) -> dict[str, Any]:
        """apps.connections.open"""
        if not self.enabled:
            raise Refusal("forbidden")
        ticket = secrets.token_hex(12)
        self._tickets[ticket] = self._state.now() + TICKET_SECONDS
        return {"url": f"{call.origin.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP}"}

    async def link(self, request: web.Request) -> web.StreamResponse:
        """GET /link/: one websocket, from hello to its end."""
        expires = self._tickets.pop(request.query.get("ticket", ""), 0.0)  # a ticket is good once
        if self._state.now() > expires:
            return web.Response(status=408, text="ticket expired")
        connection = web.WebSocketResponse(autoping=False)
        await connection.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await connection.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await connection.close()
            return connection
        await self._came(connection)
        try:
            hello = {"type": "hello", "num_connections": len(self.connections), "connection_info": {"app_id": APP}}
            debug = {"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060}
            await connection.send_json({**hello, "debug_info": debug})
            async for message in connection:
                if message.type is WSMsgType.PING and not self.muted:
                    await connection.pong(message.data)
                elif message.type is WSMsgType.PONG:
                    await self._ponged()
                elif message.type is WSMsgType.TEXT:
                    self._heard(message.data)
        finally:
            await self._went(connection)
        return connection

    async def once(self, delivery: Delivery, attempt: int, reason: str) -> str:
        """One envelope, and its acknowledgement within three seconds."""
        await self._until_released()
        name = secrets.token_hex(16)
        envelope: dict[str, Any] = {"envelope_id": name, "type": delivery.kind, "payload": delivery.payload}
        envelope["accepts_response_payload"] = delivery.answers
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason and "timeout"}
        if self._dropped:
            self._dropped -= 1
            return "dropped"
        if not self.connections:
            return "no connection"
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[name] = (delivery, done)
        await self._send(envelope)
        if self._doubled:
            self._doubled -= 1
            await self._send(envelope)
        try:
            response = await asyncio.wait_for(done, self.ack_seconds)
        except TimeoutError:
            return "timeout"
        if delivery.answers and isinstance(response, dict):
            delivery.response = response
        return ""

    async def _until_released(self) -> None:
        if self._held is None:
            return
        free = asyncio.Event()
        async with self._changed:
            self._held.append(free)
            self._changed.notify_all()
        await free.wait()

    async def _send(self, envelope: dict[str, Any]) -> None:
        alive = [connection for connection in self.connections if not connection.closed]
        if alive and not self.muted:
            with contextlib.suppress(ConnectionError):
                await self._random.choice(alive).send_json(envelope)

    async def _came(self, connection: web.WebSocketResponse) -> None:
        async with self._changed:
            self.connections.append(connection)
            self.opened += 1
            self._changed.notify_all()

    async def _went(self, connection: web.WebSocketResponse) -> None:
        self.connections.remove(connection)
        async with self._changed:
            self._changed.notify_all()

    async def _ponged(self) -> None:
        async with self._changed:
            self.pongs += 1
            self._changed.notify_all()

    def _heard(self, text: str) -> None:
        """Something from the app."""
        try:
            said = json.loads(text)
        except ValueError:
            said = text
        found = self._waiting.get(said.get("envelope_id", "")) if isinstance(said, dict) else None
        if found is None:
            self.strays.append(said)
            return
        delivery, done = found
        if done.cancelled():
            delivery.late += 1
        elif not done.done():
            done.set_result(said.get("payload"))
