"""One request to a Prometheus, tried again where that helps, within one deadline, read under a size limit.

Called by `integrations.prometheus.source`. Every failure leaves here as NoAnswer, with a gap.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from agent.model.question import GapReason
from integrations.prometheus.access import Access
from integrations.prometheus.reply import Again, Envelope, NoAnswer, Reply, cleaned, opened
from integrations.prometheus.session import connected, too_long

_ATTEMPTS = 3
_AT_ONCE = 8
"""Requests under way at the same time; Prometheus runs 20 queries at once by default, for everybody."""
_JITTER = wait_random_exponential(multiplier=0.2, max=2)

Fields = dict[str, str | list[str]]


class Transport:
    """httpx for forms and free text, prometheus-api-client (in threads) for plain instant queries."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._library, self._session = connected(access)
        self._client = httpx.AsyncClient(
            verify=access.trust(),
            timeout=access.timeout_seconds,
            trust_env=not access.direct,
            follow_redirects=False,
        )

    async def get(self, path: str) -> Envelope:
        """A GET without parameters."""
        return await self._persist(lambda: self._over_httpx("GET", path, None))

    async def post(self, path: str, fields: Fields) -> Envelope:
        """A form: queries of any length, parameters that repeat."""
        return await self._persist(lambda: self._over_httpx("POST", path, fields))

    async def instant(self, text: str, params: dict[str, str]) -> Envelope:
        """A short instant query, over the library."""
        return await self._persist(lambda: asyncio.to_thread(self._over_library, text, params))

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._client.aclose()
        self._library.close()

    async def _persist(self, call: Callable[[], Awaitable[Envelope]]) -> Envelope:
        seconds = self._access.timeout_seconds
        retrying = AsyncRetrying(
            stop=stop_after_attempt(_ATTEMPTS) | stop_before_delay(seconds),
            wait=_wait,
            retry=retry_if_exception_type(Again),
            reraise=True,
        )
        async with self._slots:
            try:
                async with asyncio.timeout(seconds):
                    return await retrying(_awaited, call)
            except TimeoutError as error:
                raise NoAnswer(
                    GapReason.TIMED_OUT, f"no answer from {self._access.host} within {seconds:g} s"
                ) from error

    async def _over_httpx(self, method: str, path: str, fields: Fields | None) -> Envelope:
        headers = self._access.credentials()
        try:
            async with self._client.stream(
                method, f"{self._access.base}{path}", data=fields, headers=headers
            ) as response:
                body = self._access.masked(await self._body(response), headers)
                reply = Reply(response.status_code, dict(response.headers), body)
        except httpx.TimeoutException as error:
            raise NoAnswer(GapReason.TIMED_OUT, f"no reply from {self._access.host} in time") from error
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAnswer(GapReason.FAILED, f"asking {self._access.host}: {type(error).__name__}") from error
        return await asyncio.to_thread(opened, reply)  # megabytes of JSON would hold up the loop

    def _over_library(self, text: str, params: dict[str, str]) -> Envelope:
        self._library.custom_query(text, params=params)
        return self._session.envelope()

    async def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._access.max_bytes:
                raise NoAnswer(GapReason.OUT_OF_RANGE, too_long(self._access))
        return bytes(body)

    def _unreachable(self, error: httpx.TransportError) -> NoAnswer:
        """Refused and reset connections may come back; a certificate stays as it is."""
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLError):
                return NoAnswer(GapReason.FAILED, f"no TLS with {self._access.host}: {cleaned(str(cause))}")
            cause = cause.__cause__ or cause.__context__
        said = cleaned(str(error)) or type(error).__name__
        return Again(GapReason.FAILED, f"no connection to {self._access.host}: {said}")


async def _awaited(call: Callable[[], Awaitable[Envelope]]) -> Envelope:
    """A coroutine function, which is what tenacity takes for asynchronous; a lambda that returns one is not."""
    return await call()


def _wait(state: RetryCallState) -> float:
    error: Any = state.outcome.exception() if state.outcome else None
    asked = error.after if isinstance(error, Again) else None
    return asked if asked is not None else float(_JITTER(state))
