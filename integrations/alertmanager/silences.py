"""Asks a real Alertmanager for its silences. Built by `agent.reality`; `steadyhand doctor` asks its version.

Credentials go to the configured host only: redirects are not followed. What went wrong is told in few fixed words,
because the guard compares what was said before and after an approval.
"""

import asyncio
import ipaddress
import ssl
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import httpx

from agent.errors import SteadyhandError, Unusable
from agent.model.alert import Alert
from agent.model.silence import SilenceReading
from integrations.alertmanager.foreign_text import value
from integrations.alertmanager.malformed import Malformed
from integrations.alertmanager.muting import over

MAX_BYTES = 8 * 2**20


class Unanswered(SteadyhandError):
    """Alertmanager did not say."""


class AlertmanagerSilences:
    """Implements `agent.silences.Silences` over API v2."""

    def __init__(
        self,
        url: str,
        credentials: Callable[[], dict[str, str]] = dict,
        *,
        ca_file: str | None = None,
        verify: bool = True,
        timeout_seconds: float = 5,
    ) -> None:
        """Connects to nothing yet. Raises Unusable for a CA file that cannot serve."""
        self._url, self._credentials, self._seconds = url.rstrip("/"), credentials, timeout_seconds
        self._client = httpx.AsyncClient(
            verify=_trust(ca_file, verify=verify), timeout=timeout_seconds, trust_env=not _near(url)
        )

    async def over(self, alerts: Sequence[Alert]) -> SilenceReading:
        """Those of its silences that are active now and mute one of the alerts."""
        try:
            body = await self._get("/api/v2/silences")
            return SilenceReading(silences=await asyncio.to_thread(over, body, list(alerts)))
        except (Unanswered, Malformed) as problem:
            return SilenceReading(problem=str(problem))

    async def version(self) -> str:
        """What the server calls itself; "" where it does not say. Raises Unanswered, or Malformed for no list of silences."""
        over(await self._get("/api/v2/silences"), [])
        try:
            status = httpx.Response(200, content=await self._get("/api/v2/status")).json()
            return value("", str(status["versionInfo"]["version"]))[:80]
        except (Unanswered, ValueError, KeyError, TypeError):
            return ""

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _get(self, path: str) -> bytes:
        try:
            async with asyncio.timeout(self._seconds):
                headers = {"Accept": "application/json", **self._credentials()}
                async with self._client.stream("GET", self._url + path, headers=headers) as answer:
                    if answer.status_code != httpx.codes.OK:
                        raise Unanswered(f"Alertmanager answered HTTP {answer.status_code}")
                    return await _limited(answer)
        except (TimeoutError, httpx.TimeoutException):
            raise Unanswered("Alertmanager did not answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Unanswered("Alertmanager could not be reached") from None
        except (Unusable, ValueError, UnicodeError):
            raise Unanswered("the credentials for Alertmanager cannot be used") from None


async def _limited(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > MAX_BYTES:
            raise Unanswered(f"Alertmanager's answer is larger than {MAX_BYTES >> 20} MiB")
    return bytes(body)


def _trust(ca_file: str | None, *, verify: bool) -> ssl.SSLContext | bool:
    if ca_file is None or not verify:
        return verify
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (ssl.SSLError, OSError) as error:
        raise Unusable(f"alertmanager.ca_file: {ca_file} holds no PEM certificate ({type(error).__name__})") from error


def _near(url: str) -> bool:
    """Loopback and names of the cluster, which no proxy of the environment can resolve."""
    name = (urlsplit(url).hostname or "").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return "." not in name or name.endswith((".svc", ".cluster.local", ".localhost"))
