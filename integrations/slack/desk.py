"""Slack as a whole: the outbox that tells, and the door that hears, by Socket Mode or signed HTTP. Built by agent.wiring."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from agent import telemetry
from agent.model.incident import Incident
from agent.model.rules import Budget
from agent.operations import Operations
from agent.ports import Posts
from agent.slack_section import Slack
from integrations.slack.chart import Charts
from integrations.slack.inbound import Inbound
from integrations.slack.outbox import TICK_SECONDS, Outbox
from integrations.slack.people import Groups
from integrations.slack.publisher import LOOK_SECONDS, Publisher
from integrations.slack.quiet import OneLine
from integrations.slack.sender import Sender
from integrations.slack.trouble import Kind, Trouble

PATH = "/slack/events"
"""Where Slack sends signed requests (`mode: http`)."""

Answered = tuple[int, Mapping[str, str], str]


@dataclass(frozen=True)
class Pace:
    """Seconds between things; tests are in a hurry."""

    message: float = 1.0  # between two messages in one channel
    tick: float = TICK_SECONDS
    look: float = LOOK_SECONDS
    ping: float = 10.0
    retry: float = 30.0


class Desk:
    """Everything of one workspace. `start` never waits for Slack: the daemon works without it."""

    def __init__(
        self,
        section: Slack,
        operations: Operations,
        posts: Posts,
        *,
        budget: Budget | None = None,
        groups: list[str] | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Secrets are read now. Raises Unusable for one that cannot serve."""
        self._section, self._pace = section, pace or Pace()
        client = client_of(section)
        self._sender = Sender(client, self._pace.message)
        publisher = Publisher(self._sender, posts, rooms(section), self._pace.look)
        charts = Charts(self._sender, posts, enabled=section.images)
        self._outbox = Outbox(
            operations,
            posts,
            publisher,
            budget=budget,
            mention=section.mention,
            extra=charts.show,
            tick=self._pace.tick,
        )
        self._inbound = Inbound(operations, posts, self._sender, publisher, Groups(self._sender, groups or []))
        self._me: dict[str, str] = {}
        self._token = client.token
        self._app = AsyncApp(
            client=AsyncWebClient(base_url=client.base_url),
            signing_secret=section.secret("signing_secret") or "socket mode asks for none",
            authorize=self._authorizing(),
            logger=_logger(),
        )
        self._inbound.listen(self._app)
        self._app_token = section.secret("app_token") if section.mode == "socket" else ""
        self._socket: AsyncSocketModeHandler | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._log = telemetry.log("slack")

    @property
    def public(self) -> Mapping[str, Callable[[Mapping[str, str], bytes], Awaitable[Answered]]]:
        """The paths we need at the HTTP door."""
        return {PATH: self.receive} if self._section.mode == "http" else {}

    async def start(self) -> None:
        """Begin to tell and to listen."""
        self._tasks = [asyncio.create_task(self._outbox.run()), asyncio.create_task(self._introduce())]
        if self._section.mode == "socket":
            self._tasks.append(asyncio.create_task(self._listen()))

    async def stop(self) -> None:
        """Hang up; what was not told is told after the next start."""
        if self._socket:
            self._socket.client.closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket:
            with suppress(Exception):
                await self._socket.client.close()  # type: ignore[no-untyped-call]
            await self._socket.client.aiohttp_client_session.close()

    async def receive(self, headers: Mapping[str, str], body: bytes) -> Answered:
        """One request to PATH: status, headers, text. Whatever is not signed as Slack signs, now, is turned away."""
        if self._section.mode != "http":
            return 404, {}, "slack.mode is not http"
        stamp = next((value for name, value in headers.items() if name.lower() == "x-slack-request-timestamp"), "")
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return 400, {}, "the body is not UTF-8"
        if not (stamp.isascii() and stamp.isdigit()):
            return 401, {}, "not signed"
        given = {name: value for name, value in headers.items() if name.lower() != "x-slack-bolt-authorized"}
        answer = await self._app.async_dispatch(AsyncBoltRequest(body=text, headers=dict(given)))
        return answer.status, {name: str(value) for name, value in answer.first_headers().items()}, answer.body

    def _authorizing(self) -> Callable[[], Awaitable[AuthorizeResult]]:
        """Bolt asks whose token to use; asking Slack there would make every acknowledgement wait for it."""

        async def authorize() -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=None,
                team_id=self._me.get("team_id"),
                bot_token=self._token,
                bot_id=self._me.get("bot_id"),
                bot_user_id=self._me.get("user_id"),
            )

        return authorize

    async def _introduce(self) -> None:
        """Learn who we are, as soon as Slack tells."""
        while not self._me:
            try:
                told = await self._sender.call("auth.test")
                self._me = {name: str(told[name]) for name in ("team_id", "bot_id", "user_id") if told.get(name)}
                self._inbound.team = self._me.get("team_id", "")
            except Trouble as trouble:
                level = self._log.error if trouble.kind is Kind.BARRED else self._log.warning
                level("Slack does not know us yet; see `steadyhand slack check`", error=str(trouble))
                await asyncio.sleep(self._pace.retry)

    async def _listen(self) -> None:
        """Keep a socket open. The SDK reconnects by itself, but may hold on to an address that has run out."""
        self._socket = AsyncSocketModeHandler(self._app, self._app_token, ping_interval=self._pace.ping)
        client = self._socket.client
        connecting = asyncio.create_task(client.connect())  # type: ignore[no-untyped-call]
        try:
            while True:
                await asyncio.sleep(self._pace.ping)
                if not await client.is_connected():
                    client.wss_uri = None
        finally:
            connecting.cancel()


def _logger() -> logging.Logger:
    """Bolt's and the socket's; nobody else's is touched."""
    logger = logging.getLogger("slack_bolt")
    if not any(isinstance(each, OneLine) for each in logger.filters):
        logger.addFilter(OneLine())
    return logger


def client_of(section: Slack) -> AsyncWebClient:
    """Slack's own client with our bot token, repeating nothing by itself."""
    return AsyncWebClient(
        token=section.secret("bot_token"), base_url=f"{section.api_url}/", timeout=20, retry_handlers=[]
    )


def rooms(section: Slack) -> Callable[[Incident], list[str]]:
    """The channels of an incident: the one its rule names, the fallback."""

    def of(incident: Incident) -> list[str]:
        wanted = section.room(incident.severity, incident.service)
        return [wanted, *([section.fallback_channel] if section.fallback_channel not in (None, wanted) else [])]

    return of
