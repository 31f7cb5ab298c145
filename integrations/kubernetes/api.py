"""Raw JSON to and from the API server, over the official client's asyncio transport.

The typed models are not used: they block the event loop for seconds on large lists and fail on
nulls. Reads are retried here by kind of trouble; writes never are, their caller decides.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Hashable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any, NamedTuple

import aiohttp
from kubernetes.aio.client import ApiClient
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from agent.errors import Unusable
from agent.telemetry import metrics
from integrations.kubernetes.bodies import content, events, parsed, whole_object
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.fields import Json, items, section, text
from integrations.kubernetes.kubeconfig import configuration
from integrations.kubernetes.refusal import NOT_ACCEPTED, broken, refusal
from integrations.kubernetes.retrying import enough, failure_of, soon_enough
from integrations.kubernetes.route import Route
from integrations.kubernetes.sharing import Sharing
from integrations.kubernetes.watching import Watched

PAGE = 500
MOST_ITEMS = 20_000
_AT_ONCE = 8
_RELOAD_PAUSE = 10.0  # seconds between two readings of the credentials
_GROUPS_LAST = 600.0  # seconds
_VERBS = {"GET": "read", "PUT": "update", "POST": "create", "DELETE": "delete"}
Parameters = Mapping[str, str | int]
_NONE: Parameters = MappingProxyType({})


class Request(NamedTuple):
    """All of one."""

    method: str
    path: str
    what: str  # for people
    parameters: Parameters = _NONE
    accept: str = "application/json"
    body: Json | None = None


async def connect(
    kubeconfig: str | None = None, context: str | None = None, timeout_seconds: float = 10, pause_seconds: float = 0.2
) -> "Api":
    """An Api for the cluster kubectl would use; nothing is sent yet. Raises Unusable: no or invalid configuration."""
    settings = await configuration(kubeconfig, context)
    try:
        return Api(settings, (kubeconfig, context), timeout_seconds, pause_seconds)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise Unusable(
            f"the certificates configured for {settings.host} cannot be used ({type(error).__name__}); "
            "check certificate-authority, client-certificate and client-key in the kubeconfig"
        ) from error


class Api:
    """One API server. Every method raises Failure; close() when done."""

    def __init__(
        self, settings: Any, source: tuple[str | None, str | None], timeout_seconds: float, pause_seconds: float
    ) -> None:
        self._source = source  # kubeconfig and context, to read the credentials again
        self._pause = pause_seconds  # before the first repetition of a read; doubled for every further one
        self._clients = [ApiClient(settings)]  # the last is in use; earlier ones may still have requests under way
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=min(timeout_seconds, 5))
        self._seconds = timeout_seconds
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._reloading = asyncio.Lock()
        self._reloaded = -_RELOAD_PAUSE
        self.kept: Sharing[Hashable, Any] = Sharing(_settled)  # lists and logs; implements agent.freshness.Freshness
        self.watched: Watched | None = None  # nothing is, unless somebody says what
        self._asked_for_groups: Sharing[str, frozenset[str] | None] = Sharing()
        self._groups: tuple[float, frozenset[str] | None] = (0.0, None)

    @property
    def server(self) -> str:
        """The API server's URL."""
        return str(self._clients[-1].configuration.host)

    async def close(self) -> None:
        """Close all connections."""
        if self.watched:
            await self.watched.aclose()
        for client in self._clients:
            await client.close()

    async def get(self, route: Route, parameters: Parameters | None = None, accept: str = "application/json") -> Json:
        """One object, or one page of a collection."""
        return await self._read(route, parameters, accept, "metadata")

    async def version(self) -> str:
        """The server's version, for example v1.36.2."""
        body = await self._send(Request("GET", "/version", "the server's version"))
        return text(await parsed(body, "the server's version"), "gitVersion")

    async def groups(self) -> frozenset[str] | None:
        """The API groups the server has, extensions included; remembered for ten minutes. None: it does not say."""
        at, known = self._groups
        if known is None or time.monotonic() - at > _GROUPS_LAST:
            return await self._asked_for_groups.one("", self._ask_for_groups)
        return known

    async def _ask_for_groups(self) -> frozenset[str] | None:
        try:
            body = await self._send(Request("GET", "/apis", "the API groups"))
            found = section(await parsed(body, "the API groups"))
        except Failure:
            return None
        known = frozenset(text(each, "name") for each in items(found, "groups"))
        self._groups = time.monotonic(), known
        return known

    async def collect(
        self, route: Route, parameters: Parameters | None = None, accept: str = "application/json"
    ) -> list[Json]:
        """All objects of a collection, page by page; starts over once if the continuation expires on the way."""
        found, _ = await self.collection(route, parameters, accept)
        return found

    async def collection(
        self, route: Route, parameters: Parameters | None = None, accept: str = "application/json"
    ) -> tuple[list[Json], str]:
        """The same with the version of the collection, from which it can be watched."""
        try:
            return await self._pages(route, parameters or {}, accept)
        except Failure as failure:
            if failure.trouble is not Trouble.EXPIRED:
                raise
            return await self._pages(route, parameters or {}, accept)

    async def shared(self, route: Route, accept: str = "application/json") -> list[Json]:
        """A whole collection, as `collect`; whoever asks while one is being read gets the same, and must not change it.

        Not for what has to be newer than a write of ours.
        """
        found: list[Json] = await self.kept.one((route, accept), lambda: self.collect(route, accept=accept))
        return found

    async def recent(self, route: Route, accept: str = "application/json") -> list[Json]:
        """As `shared`, or, between `settle` and `renew`, as it is watched, or was read up to RECENT seconds (sharing.py) ago."""
        key = route, accept
        seen = self.watched.now(*key) if self.watched else None
        if seen is not None and self.kept.keeping:
            return seen
        found: list[Json] = await self.kept.one(key, lambda: self.collect(route, accept=accept), recent=True)
        return found

    async def text(self, route: Route, parameters: Parameters | None = None) -> str:
        """A body that is not JSON: a log; shared and kept as `recent` says."""
        key = route, tuple(sorted((parameters or {}).items()))
        found: str = await self.kept.one(key, lambda: self._text(route, parameters), recent=True)
        return found

    async def _text(self, route: Route, parameters: Parameters | None) -> str:
        body = await self._retried(route, parameters, "*/*")
        return bytes(body).decode("utf-8", errors="replace")

    async def put(self, route: Route, body: Json, parameters: Parameters | None = None) -> Json:
        """Replace an object, one try."""
        answer = await self._authenticated("PUT", route, parameters, "application/json", body)
        return await whole_object(answer, str(route))

    async def create(self, route: Route, body: Json, parameters: Parameters | None = None) -> Json:
        """Create an object, one try."""
        answer = await self._authenticated("POST", route, parameters, "application/json", body)
        return await whole_object(answer, str(route))

    async def delete(self, route: Route, options: Json) -> Json:
        """Delete an object, one try; `options` is a DeleteOptions. No parameters: beside a body the server ignores them, dryRun too."""
        answer = await self._authenticated("DELETE", route, None, "application/json", options)
        return await whole_object(answer, str(route))

    async def _pages(self, route: Route, parameters: Parameters, accept: str) -> tuple[list[Json], str]:
        found: list[Json] = []
        token = ""
        while True:
            page = await self._read(
                route, {**parameters, "limit": PAGE, **({"continue": token} if token else {})}, accept, "items"
            )
            found += items(page, "items")
            token = text(page, "metadata", "continue")
            if not token:
                return found, text(page, "metadata", "resourceVersion")
            if len(found) >= MOST_ITEMS:
                raise Failure(Trouble.TOO_LARGE, f"more than {MOST_ITEMS} {route}: not read to the end")

    async def _read(self, route: Route, parameters: Parameters | None, accept: str, key: str) -> Json:
        return section(await self._retried(route, parameters, accept, key))

    async def _retried(self, route: Route, parameters: Parameters | None, accept: str, key: str = "") -> Any:
        """The object that has to have this key; the bytes of a log as they are where no key is given."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(Failure),
            stop=enough if key else soon_enough,
            wait=self._wait,
            reraise=True,
        )
        async for attempt in retrying:
            with attempt:
                body = await self._authenticated("GET", route, parameters, accept, None)
                return await whole_object(body, str(route), key) if key else body
        raise AssertionError  # tenacity either returns from the loop or raises

    def _wait(self, state: RetryCallState) -> float:
        failure = failure_of(state)
        if failure is not None and failure.retry_after is not None:
            return failure.retry_after
        return float(self._pause * 2 ** (state.attempt_number - 1))

    async def _authenticated(
        self, method: str, route: Route, parameters: Parameters | None, accept: str, body: Json | None
    ) -> bytes:
        if method != "GET":
            self.kept.renew()
        request = Request(method, route.path, str(route), parameters or {}, accept, body)
        try:
            return await self._send(request)
        except Failure as failure:
            if failure.trouble is not Trouble.UNAUTHENTICATED:
                raise
        await self.renewed()
        return await self._send(request)

    async def renewed(self) -> None:
        """Read the credentials again; a client with them takes over, the one before may still have requests under way."""
        async with self._reloading:
            if time.monotonic() - self._reloaded < _RELOAD_PAUSE:
                return
            self._reloaded = time.monotonic()
            try:
                self._clients.append(ApiClient(await configuration(*self._source)))
            except (Unusable, OSError, ValueError) as error:
                raise Failure(Trouble.UNAUTHENTICATED, f"{NOT_ACCEPTED}; reading them again failed: {error}") from error
            for client in self._clients[:-2]:
                await client.close()
            del self._clients[:-2]

    async def _send(self, request: Request) -> bytes:
        doing = f"{_VERBS[request.method]} {request.what}"
        try:
            async with self._slots:
                answer = await self._begun(request, self._timeout)
                said = await content(answer.response, doing)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise broken(error, f"could not {doing} at {self.server}", self._seconds) from error
        if answer.status >= 300:  # noqa: PLR2004 - the API server never redirects a read or write of ours
            raise refusal(answer.status, answer.headers, said, doing)
        return said

    async def _begun(self, request: Request, within: aiohttp.ClientTimeout) -> Any:
        """The head of the answer."""
        metrics().requests.labels("kubernetes").inc()
        client = self._clients[-1]
        _, url, headers, body, _ = await client.param_serialize(
            request.method,
            request.path,
            query_params=list(request.parameters.items()),
            header_params={"Accept": request.accept, "Content-Type": "application/json"},
            body=request.body,
            auth_settings=["BearerToken"],
        )
        return await client.rest_client.request(request.method, url, headers, body, _request_timeout=within)

    @asynccontextmanager
    async def watching(
        self, route: Route, accept: str, version: str, silence_seconds: float
    ) -> AsyncIterator[AsyncIterator[Json]]:
        """What happens to a collection after this version of it, until the server ends it or is silent for so long."""
        doing = f"watch {route}"
        parameters: Parameters = {"watch": 1, "allowWatchBookmarks": "true", "resourceVersion": version}
        within = aiohttp.ClientTimeout(total=None, sock_connect=self._timeout.sock_connect, sock_read=silence_seconds)
        try:
            answer = await self._begun(Request("GET", route.path, str(route), parameters, accept), within)
            async with answer.response as response:
                if response.status >= 300:  # noqa: PLR2004 - as above
                    raise refusal(response.status, response.headers, await content(response, doing), doing)
                yield events(response, doing)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise broken(error, f"could not {doing} at {self.server}", self._seconds) from error


def _settled(error: BaseException | None) -> bool:
    """An answer, or a no that will not be another one in a moment: there is no such kind, we may not list it."""
    return error is None or (isinstance(error, Failure) and error.trouble in (Trouble.EMPTY, Trouble.FORBIDDEN))


def serves(groups: frozenset[str] | None, api: str) -> bool:
    """Whether GROUP/VERSION is worth asking for: its group is there, or nobody said which are."""
    return groups is None or api.partition("/")[0] in groups
