"""A server on loopback that misbehaves by dice: every way in which HTTP, and what is said over it, goes wrong.

`Line` serves honest bodies and spoils some; which, and how, its dice decide once for each path, so that a retry meets
the same trouble again or, where the trouble passes, the honest answer. Used by tests/torture/test_wire.py.
"""

import asyncio
import gzip
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from agent.model.question import GapReason
from tests.kubernetes.scripted_server import Reply, Request, ScriptedServer, answers, hangs_up, says, stalls

FAILED, REFUSED, TIMED_OUT = GapReason.FAILED, GapReason.REFUSED, GapReason.TIMED_OUT
EMPTY, OUT_OF_RANGE = GapReason.EMPTY, GapReason.OUT_OF_RANGE

BOMB = 70 * 2**20
"""Bytes that a bomb of some kilobytes unfolds to: more than either adapter reads."""


def raw(head: str, body: bytes, *, whole: bool = True, abort: bool = False) -> Reply:
    """These bytes; the connection ends, or is reset, unless it is a whole answer."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body)
        await writer.drain()
        if abort:
            writer.transport.abort()
        elif not whole:
            writer.close()

    return reply


def drips(body: bytes) -> Reply:
    """A byte now and then, so that no single read times out."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        for place in range(len(body)):
            writer.write(body[place : place + 1])
            await writer.drain()
            await asyncio.sleep(0.05)

    return reply


def other_shape(value: Any, dice: random.Random) -> Any:
    """The same JSON with one thing in it of another kind."""
    odd = [None, 7, -1, True, "", "x", [], {}, [1], {"a": None}, 1e999, 10**400, "\ud800", [[]], "9" * 400, "NaN"]
    if isinstance(value, dict) and value and dice.random() < 0.9:
        key = dice.choice([*value])
        return {**value, key: other_shape(value[key], dice)}
    if isinstance(value, list) and value and dice.random() < 0.9:
        place = dice.randrange(len(value))
        return [*value[:place], other_shape(value[place], dice), *value[place + 1 :]]
    return dice.choice(odd)


def _typed(body: bytes, more: str = "") -> str:
    return f"HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: {len(body)}{more}"


def _page(dice: random.Random) -> Reply:
    body = b"<html><body>Welcome</body></html>"
    return raw(
        f"HTTP/1.1 {dice.choice(['200 OK', '502 Bad Gateway'])}\nContent-Type: text/html\nContent-Length: {len(body)}",
        body,
    )


def _zipped(body: bytes) -> Reply:
    return raw(_typed(body, "\nContent-Encoding: gzip"), body)


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * BOMB, 1)


AFTER = ("0", "3600", "-1", "soon", "\u00b2", "1e999", "nan", "Wed, 21 Oct 2026 07:28:00 GMT")

Trouble = Callable[[bytes, random.Random], Reply]

TROUBLES: dict[str, tuple[Trouble, set[GapReason]]] = {
    "no answer": (lambda _b, _d: stalls(), {TIMED_OUT}),
    "slow drip": (lambda b, _d: drips(b), {TIMED_OUT}),
    "closed at once": (lambda _b, _d: hangs_up(), {FAILED}),
    "reset in the middle of the body": (
        lambda b, d: raw(_typed(b), b[: d.randrange(len(b))], abort=True),
        {FAILED},
    ),
    "closed in the middle of the body": (
        lambda b, d: raw(_typed(b), b[: d.randrange(len(b))], whole=False),
        {FAILED},
    ),
    "chunks that never end": (
        lambda b, _d: raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"%x\r\n" % len(b) + b + b"\r\n", whole=False),
        {FAILED},
    ),
    "429": (lambda _b, d: says(429, "slow down", {"Retry-After": d.choice(AFTER)}), {FAILED, TIMED_OUT}),
    "500": (lambda _b, d: says(d.choice([500, 502, 503]), "etcdserver: leader changed"), {FAILED}),
    "504": (lambda _b, _d: says(504, "gateway timeout"), {FAILED, TIMED_OUT}),
    "410": (lambda _b, _d: says(410, "The provided continue parameter is too old"), {FAILED}),
    "403": (lambda _b, d: says(d.choice([401, 403]), "forbidden"), {REFUSED}),
    "redirect": (lambda _b, _d: answers(302, {}, {"Location": "http://127.0.0.1:9/"}), {FAILED}),
    "truncated JSON": (lambda b, d: answers(200, b[: d.randrange(1, len(b) - 1)]), {FAILED}),
    "other JSON": (
        lambda _b, d: answers(200, d.choice([b"[1, 2]", b"null", b"7", b'"x"', b'{"error": "x"}', b"{}"])),
        {FAILED},
    ),
    "JSON without a bottom": (lambda _b, d: answers(200, d.choice([b"[", b'{"a":']) * 100_000), {FAILED}),
    "garbage": (lambda _b, d: answers(200, b"\xff" + d.randbytes(d.randrange(1, 2000))), {FAILED}),
    "a page": (lambda _b, d: _page(d), {FAILED}),
    "no HTTP": (lambda _b, _d: raw("SSH-2.0-OpenSSH_9.6", b"", whole=False), {FAILED}),
    "gzip that is none": (lambda b, _d: _zipped(b), {FAILED}),
    "gzip bomb": (lambda _b, _d: _zipped(_bomb()), {OUT_OF_RANGE}),
}
"""Each way, and the reasons a question that meets nothing else may come back with."""

NOES = ("429", "410", "403", "redirect")
"""By these the other side says that nothing was done."""

SHAPE = "another shape"
"""An honest answer with one thing of another kind in it: what can be read of it is read, and nothing crashes."""


@dataclass
class Line(ScriptedServer):
    """Honest behind trouble: `honest` gives status and body for a request, which is really carried out or only looks so."""

    dice: random.Random = field(default_factory=random.Random)
    honest: Callable[[Request, bool], tuple[int, Any]] = lambda _request, _done: (404, {})
    share: float = 1.0  # of paths that are in trouble
    only: str = ""  # the method that is; "" for all
    met: Counter[str] = field(default_factory=Counter)
    _over: bool = False
    _fates: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)

    def chosen(self, request: Request) -> Reply:
        kind = self._kind(request)
        done = kind in ("", SHAPE) or (kind not in NOES and self.dice.random() < 0.5)
        status, found = self.honest(request, done)
        body = json.dumps(found).encode()
        if not kind or status != 200:
            return answers(status, body)
        self.met[kind] += 1
        if kind == SHAPE:
            return answers(status, json.dumps(other_shape(found, self.dice)).encode())
        return TROUBLES[kind][0](body, self.dice)

    def trouble_ends(self) -> None:
        """From now on it is honest."""
        self._over = True

    def _kind(self, request: Request) -> str:
        """The trouble of this request, "" for none: it is the path's, for as many requests as it lasts."""
        if self._over or (self.only and request.method != self.only):
            return ""
        place = (request.method, request.path)
        if place not in self._fates:
            hit = self.dice.random() < self.share
            weights = [1 if name == "gzip bomb" else 8 for name in TROUBLES]
            kind = self.dice.choices([*TROUBLES, SHAPE], [*weights, 40])[0] if hit else ""
            self._fates[place] = kind, self.dice.choice([1, 2, 99, 99])
        kind, left = self._fates[place]
        self._fates[place] = kind, left - 1
        return kind if left > 0 else ""
