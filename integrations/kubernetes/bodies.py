"""Reads what the API server answers: bounded, whole, and an object of the API; or a stream of events. Called by api.py."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.fields import Json, section

MOST_BYTES = 64 * 2**20
_THREAD_BYTES = 256 * 2**10  # parsing more than this would hold up the event loop noticeably
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # how a character beyond the sixteen bits is spelled, or half of one
_SHAPES: dict[str, Any] = {"metadata": dict, "items": list | None}


async def content(response: aiohttp.ClientResponse, doing: str) -> bytes:
    """All of a body. Raises Failure where it is too large."""
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_chunked(2**16):
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            response.close()
            raise Failure(Trouble.TOO_LARGE, f"could not {doing}: the answer is larger than {MOST_BYTES >> 20} MiB")
    return b"".join(parts)


async def parsed(body: bytes, what: str) -> Any:
    """JSON of any shape. Raises Failure."""
    try:
        return await asyncio.to_thread(_loaded, body) if len(body) > _THREAD_BYTES else _loaded(body)
    except (ValueError, RecursionError) as error:
        raise Failure(
            Trouble.GARBLED, f"could not read {what}: the answer is not whole JSON ({len(body)} bytes)"
        ) from error


def _loaded(body: bytes) -> Any:
    """Raises ValueError for what is no JSON, or holds half of a pair: no API server writes that, and nothing could keep it."""
    found = json.loads(body)
    if _HALF.search(body):
        json.dumps(found, ensure_ascii=False).encode()
    return found


async def whole_object(body: bytes, what: str, key: str = "metadata") -> Json:
    """A JSON object with this key: whatever else answers 200 in the API server's place is not taken for "there is nothing"."""
    found = await parsed(body, what)
    there = found.get(key, "") if isinstance(found, dict) else ""
    if not isinstance(there, _SHAPES[key]):
        raise Failure(
            Trouble.GARBLED, f"could not read {what}: the answer is JSON, but no object of the API: no {key} in it"
        )
    return section(found)


async def events(response: aiohttp.ClientResponse, doing: str) -> AsyncIterator[Json]:
    """JSON objects, one a line, as they come; of a line that is cut off nothing. Raises Failure."""
    rest = b""
    async for part in response.content.iter_any():
        *lines, rest = (rest + part).split(b"\n")
        if len(rest) > MOST_BYTES:
            raise Failure(Trouble.TOO_LARGE, f"could not {doing}: one event is larger than {MOST_BYTES >> 20} MiB")
        for line in filter(None, lines):
            yield section(await parsed(line, doing))
