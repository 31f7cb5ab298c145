"""Signed requests to the app's public address, the alternative to Socket Mode, and the attacks on them."""

import asyncio
import hashlib
import hmac
import json
import secrets
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.slackfake.delivery import Delivery
from tests.slackfake.state import State

ATTACKS = (
    "wrong secret",
    "wrong signature",
    "empty signature",
    "signature of another version",
    "old timestamp",
    "timestamp of tomorrow",
    "timestamp that is no number",
    "edited body",
    "edited timestamp",
    "no signature",
    "no timestamp",
    "no headers",
)


class SignedHttp:
    """POSTs to `url`; an answer of 200 within three seconds acknowledges."""

    def __init__(self, state: State, url: str = "") -> None:
        self.url = url
        self.ack_seconds = 3.0
        self.sent: list[tuple[dict[str, str], bytes]] = []  # what was sent honestly, headers and body, to be replayed
        self._state = state

    async def once(self, delivery: Delivery, attempt: int, reason: str) -> str:
        """One request; see `Transport`."""
        kind, body = encoded(delivery)
        headers = {"Content-Type": kind, **self.signature(body)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason.split(maxsplit=1)[0]}
        self.sent.append((headers, body))
        try:
            answer, text = await self._post(headers, body)
        except TimeoutError:
            return "http_timeout"
        except aiohttp.ClientError:
            return "connection_failed"
        if answer.status != 200:
            delivery.enough = answer.headers.get("X-Slack-No-Retry") == "1"
            return f"http_error {answer.status}"
        if delivery.answers and text:
            delivery.response = _response(text)
        return ""

    def signature(self, body: bytes, at: float | None = None, secret: str = "") -> dict[str, str]:
        """The two headers."""
        timestamp = str(int(self._state.now() if at is None else at))
        base = b"v0:" + timestamp.encode() + b":" + body
        digest = hmac.new((secret or self._state.signing_secret).encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}

    async def attack(self, how: str, delivery: Delivery) -> int:
        """One of ATTACKS with this payload; the status that came back."""
        kind, body = encoded(delivery)
        headers, body = self._spoiled(how, body)
        answer, _text = await self._post({"Content-Type": kind, **headers}, body)
        return answer.status

    async def replay(self, index: int = -1) -> int:
        """Exactly what was sent before, headers and all: Slack's own signature, still fresh. The status."""
        headers, body = self.sent[index]
        answer, _text = await self._post(headers, body)
        return answer.status

    async def challenge(self) -> bool:
        """Whether the address proves itself as Slack demands when it is configured."""
        token = secrets.token_hex(8)
        body = json.dumps({"type": "url_verification", "challenge": token, "token": "deprecated"}).encode()
        answer, text = await self._post({"Content-Type": "application/json", **self.signature(body)}, body)
        return answer.status == 200 and token in text

    def _spoiled(self, how: str, body: bytes) -> tuple[dict[str, str], bytes]:
        now = self._state.now()
        good = self.signature(body)
        time, signature = "X-Slack-Request-Timestamp", "X-Slack-Signature"
        table: dict[str, dict[str, str]] = {
            "wrong secret": self.signature(body, secret=secrets.token_hex(16)),
            "wrong signature": {**good, signature: "v0=" + "0" * 64},
            "empty signature": {**good, signature: ""},
            "signature of another version": {**good, signature: good[signature].replace("v0=", "v1=")},
            "old timestamp": self.signature(body, at=now - 301),
            "timestamp of tomorrow": self.signature(body, at=now + 86_400),
            "timestamp that is no number": {**good, time: "yesterday"},
            "edited body": good,
            "edited timestamp": {**good, time: str(int(now) - 30)},
            "no signature": {time: good[time]},
            "no timestamp": {signature: good[signature]},
            "no headers": {},
        }
        return table[how], body + b"&also=1" if how == "edited body" else body

    async def _post(self, headers: dict[str, str], body: bytes) -> tuple[aiohttp.ClientResponse, str]:
        timeout = aiohttp.ClientTimeout(total=self.ack_seconds)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(self.url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            return answer, await asyncio.wait_for(answer.text(), self.ack_seconds)


def encoded(delivery: Delivery) -> tuple[str, bytes]:
    """Content type and body: events as JSON, presses as JSON in a form, commands as a form."""
    if delivery.kind == "events_api":
        return "application/json", json.dumps(delivery.payload).encode()
    form = {"payload": json.dumps(delivery.payload)} if delivery.kind == "interactive" else delivery.payload
    return "application/x-www-form-urlencoded", urlencode(form).encode()


def _response(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else {}
