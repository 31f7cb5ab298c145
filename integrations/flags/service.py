"""One request to a flag service: fixed origin, no redirects, TLS verified, bounded in time and size. Called by the actuator.

Failures say whether the request can have arrived, and never show what was sent as a secret.
"""

import asyncio
import json
import ssl
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

import httpx

from agent.errors import SteadyhandError, Unusable
from agent.flags_section import FlagService
from agent.model.question import GapReason
from integrations.flags.document import Json, parsed

MOST_BYTES = 1_048_576


class Arrival(StrEnum):
    """What a failure says about the request."""

    NOT = "not"  # it was never sent, or turned away before anything happened; later it may be taken
    DENIED = "denied"  # the service said no, and will again
    PERHAPS = "perhaps"  # nobody can tell


class NoReply(Exception):
    """A request without a usable reply."""

    def __init__(self, arrival: Arrival, reason: GapReason, detail: str) -> None:
        super().__init__(detail)
        self.arrival, self.reason = arrival, reason


@dataclass(frozen=True)
class Read:
    """A document, and the tag the service gave this version of it ("" for none that a write could be bound to)."""

    body: Json
    etag: str


class Client:
    """The requests of one configured service."""

    def __init__(self, service: FlagService) -> None:
        """Raises Unusable for a CA file that is no PEM."""
        self.service = service
        self._client = httpx.AsyncClient(
            verify=_trust(service),
            timeout=service.timeout_seconds,
            trust_env=not service.loopback,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),  # a stale connection could not be told from a reset write
        )

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def get(self, flag: str) -> Read:
        """The flag's document. Raises NoReply."""
        status, headers, body = await self._send("GET", self.service.url(flag), {}, None)
        if status != HTTPStatus.OK:
            raise self._said(status)
        try:
            tag = headers.get("etag", "")
            return Read(parsed(body), "" if tag.startswith("W/") else tag)  # a weak tag never matches a write
        except ValueError as error:
            raise NoReply(Arrival.NOT, GapReason.FAILED, f"{self} gave no readable document: {error}") from error

    async def put(self, flag: str, document: Json, etag: str, key: str) -> None:
        """Replace the document; with a tag only if it is still that version. Raises NoReply."""
        headers = {"Idempotency-Key": key, "Content-Type": "application/json", **({"If-Match": etag} if etag else {})}
        content = json.dumps(document, ensure_ascii=False).encode()
        status, _, _ = await self._send("PUT", self.service.url(flag, written=True), headers, content)
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise self._said(status)

    def __str__(self) -> str:
        return f"flag service {self.service.name}"

    async def _send(
        self, method: str, url: str, extra: dict[str, str], content: bytes | None
    ) -> tuple[int, httpx.Headers, bytes]:
        headers = {"Accept": "application/json", **self._credentials(), **extra}
        try:
            async with (
                asyncio.timeout(self.service.timeout_seconds),
                self._client.stream(method, url, headers=headers, content=content) as response,
            ):
                return response.status_code, response.headers, await self._body(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NoReply(Arrival.NOT, GapReason.FAILED, f"no connection to {self}: {_word(error)}") from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise NoReply(Arrival.PERHAPS, GapReason.TIMED_OUT, f"{self} did not reply in time") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoReply(Arrival.PERHAPS, GapReason.FAILED, f"no reply from {self}: {_word(error)}") from error

    async def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise NoReply(
                    Arrival.PERHAPS, GapReason.OUT_OF_RANGE, f"the reply of {self} is longer than {MOST_BYTES}"
                )
        return bytes(body)

    def _credentials(self) -> dict[str, str]:
        headers = {name: value.get_secret_value() for name, value in self.service.headers.items()}
        try:
            token = self.service.token()
        except SteadyhandError as error:
            raise NoReply(Arrival.NOT, GapReason.FAILED, str(error)) from error
        return {**headers, "Authorization": f"Bearer {token}"} if token else headers

    def _said(self, status: int) -> NoReply:
        """A status that is no success; what a body says is not repeated: it may hold anything."""
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            return NoReply(
                Arrival.DENIED, GapReason.REFUSED, f"{self} redirects ({status}), and that is never followed"
            )
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return NoReply(Arrival.NOT, GapReason.FAILED, f"{self} is asked too often ({status})")
        if status == HTTPStatus.NOT_FOUND:
            return NoReply(Arrival.DENIED, GapReason.EMPTY, f"{self} has no such flag ({status})")
        if status == HTTPStatus.PRECONDITION_FAILED:
            return NoReply(Arrival.DENIED, GapReason.REFUSED, f"{self} says somebody else changed it ({status})")
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.REQUEST_TIMEOUT:
            return NoReply(Arrival.DENIED, GapReason.REFUSED, f"{self} said no ({status})")
        return NoReply(Arrival.PERHAPS, GapReason.FAILED, f"{self} answered with {status}")


def _trust(service: FlagService) -> ssl.SSLContext | bool:
    if service.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=service.ca_file)
    except (ssl.SSLError, OSError) as error:
        raise Unusable(
            f"flags.services {service.name}.ca_file: {service.ca_file} holds no PEM certificate: {error}"
        ) from error


def _word(error: Exception) -> str:
    """What httpx says, without any header or body: those it never quotes, the reason of a failed TLS handshake it does."""
    return (str(error) or type(error).__name__)[:200]
