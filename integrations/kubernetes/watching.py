"""Collections that are watched: a round of questions about them costs the API server no request.

Each is listed once and then follows what the server tells. A decision never rests on one: before something is proposed or
done the target is read anew (`renew`), and a watch that was silent for longer than the server's bookmarks come apart
counts as broken. Made by api.py's owner; without it, every round lists anew.
"""

import asyncio
import random
import time
from asyncio import sslproto
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from functools import partial
from typing import Protocol

from agent.telemetry import metrics
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.fields import Json, name_of, number, section, text
from integrations.kubernetes.route import Route

SILENCE = 100.0
"""Seconds without a word after which a watch counts as broken: API servers send a bookmark about once a minute."""

MOST = 400
"""Collections at a time, those of some sixteen namespaces: each is a connection, and one with TLS takes 0.06 MB.

Further ones are listed when they are asked about.
"""

_TLS_BUFFER = 16_384
"""Bytes that asyncio keeps for what a TLS connection receives: as much as a record holds (RFC 8446, 5.1), not 256 KiB for each."""

_REFUSED_PAUSE = 600.0  # seconds; what we may not see, or what is not there, is not asked for every minute
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0  # seconds between two attempts: doubled each time one did not last
_LATER = 30.0  # seconds before what only an incident asked about is watched: it has just been listed
_FORGOTTEN = 86_400.0  # seconds; the same is watched no longer when nobody has asked again
_SYSTEM = frozenset({"", "kube-system", "kube-node-lease"})  # of the cluster itself, asked about with every namespace


class Lists(Protocol):
    """What is needed of an Api."""

    async def collection(self, route: Route, *, accept: str) -> tuple[list[Json], str]:
        """All objects, and the version of their collection."""

    def watching(
        self, route: Route, accept: str, version: str, silence_seconds: float
    ) -> AbstractAsyncContextManager[AsyncIterator[Json]]:
        """An open watch: what happens after that version. Raises Failure."""

    async def renewed(self) -> None:
        """Credentials are read again."""


class State(StrEnum):
    """Of one watch."""

    OPEN = "open"
    BROKEN = "broken"  # or just being opened
    REFUSED = "refused"  # there is no such kind, or we may not see it


class View:
    """One collection as far as the server has told."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], Json] = {}
        self.version = ""  # "": it has to be listed
        self.live, self.refused = False, False
        self.asked = time.monotonic()

    @property
    def state(self) -> State:
        """For people."""
        return State.OPEN if self.live else State.REFUSED if self.refused else State.BROKEN

    def listed(self, found: list[Json], version: str) -> None:
        """All of it anew."""
        self.objects, self.version = {_key(each): each for each in found}, version

    def told(self, event: Json) -> None:
        """One event. Raises Failure(EXPIRED): it has to be listed again."""
        kind, found = text(event, "type"), section(event, "object")
        if kind == "ERROR" or not (version := text(found, "metadata", "resourceVersion")):
            self.version = ""
            raise Failure(
                Trouble.EXPIRED, f"the watch ended with {number(found, 'code')}: {text(found, 'reason')[:80]}"
            )
        if kind == "DELETED":
            self.objects.pop(_key(found), None)
        elif kind in ("ADDED", "MODIFIED"):
            self.objects[_key(found)] = found
        self.version = version

    def whole(self) -> list[Json]:
        """In the order of a list: by namespace and name."""
        return [self.objects[key] for key in sorted(self.objects)]


class Watched:
    """Collections that were asked about: those of some namespaces and of the cluster at once, others if it goes on."""

    def __init__(
        self,
        lists: Lists,
        namespaces: Collection[str],
        silence_seconds: float = SILENCE,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        sslproto.SSLProtocol.max_size = _TLS_BUFFER  # asyncio has no other way to say it
        self._lists, self._silence, self._jitter = lists, silence_seconds, jitter
        self._namespaces = {*namespaces, *_SYSTEM}
        self._views: dict[tuple[Route, str], View] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        for state in State:
            metrics().watches.labels(state).set_function(partial(self._count, state))

    def now(self, route: Route, accept: str) -> list[Json] | None:
        """As it is; None: not known, it has to be listed. Whoever gets it must not change it. It is watched from now on."""
        view = self._views.get((route, accept))
        if view is None and len(self._views) < MOST:
            view = self._views[route, accept] = View()
            task = asyncio.create_task(self._follow(view, route, accept), name=f"watch {route}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if view is None:
            return None
        view.asked = time.monotonic()
        return view.whole() if view.live else None

    async def aclose(self) -> None:
        """End all watches."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _count(self, state: State) -> int:
        return sum(view.state is state for view in self._views.values())

    async def _follow(self, view: View, route: Route, accept: str) -> None:
        pause, ours = _FIRST_PAUSE, route.namespace in self._namespaces
        if not ours:
            await asyncio.sleep(_LATER)
        while ours or time.monotonic() - view.asked < _FORGOTTEN:
            began, trouble = time.monotonic(), None
            try:
                await self._once(view, route, accept)
            except Failure as failure:
                trouble = failure.trouble
            if trouble is Trouble.UNAUTHENTICATED:
                await self._renewed()
            lasted = time.monotonic() - began
            pause = _FIRST_PAUSE if lasted > _LONGEST_PAUSE else min(2 * pause, _LONGEST_PAUSE)
            view.refused = trouble in (Trouble.FORBIDDEN, Trouble.EMPTY)
            await asyncio.sleep((_REFUSED_PAUSE if view.refused else pause) * (0.5 + self._jitter() / 2))
        del self._views[route, accept]

    async def _once(self, view: View, route: Route, accept: str) -> None:
        """Until the server ends the watch, as it does every now and then; the next goes on from there. Raises Failure."""
        if not view.version:
            view.listed(*await self._lists.collection(route, accept=accept))
        one = accept.replace("PartialObjectMetadataList", "PartialObjectMetadata")
        try:
            async with self._lists.watching(route, one, view.version, self._silence) as events:
                view.live = True
                async for event in events:
                    view.told(event)
        finally:
            view.live = False

    async def _renewed(self) -> None:
        try:
            await self._lists.renewed()
        except Failure:
            return  # said by whoever asks directly


def _key(found: Json) -> tuple[str, str]:
    return text(found, "metadata", "namespace"), name_of(found)
