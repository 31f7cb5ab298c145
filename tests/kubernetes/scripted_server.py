"""A small real HTTP server that misbehaves on request: refuses, stalls, truncates, hangs up.

Each path has a list of replies, used up one by one; the last stays. A reply is a function of the open
connection, so that anything a broken server or proxy does can be said.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


def answers(status: int, body: object = None, headers: dict[str, str] | None = None) -> Reply:
    """A whole answer; dicts and lists as JSON."""
    content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()

    async def reply(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(content)}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + content)

    return reply


def says(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """A Kubernetes Status object."""
    return answers(status, {"kind": "Status", "status": "Failure", "message": message, "code": status}, headers)


def stalls() -> Reply:
    """Never an answer."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    return reply


def hangs_up(after: bytes = b"") -> Reply:
    """The connection ends, possibly in the middle of an answer."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(after)
        await writer.drain()
        writer.close()

    return reply


@dataclass
class ScriptedServer:
    script: dict[str, list[Reply]] = field(default_factory=lambda: defaultdict(list))
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _connections: set[asyncio.Task] = field(default_factory=set)

    async def start(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def on(self, path: str, *replies: Reply) -> None:
        self.script[path] = list(replies)

    def asked(self, path: str, method: str = "GET") -> list[Request]:
        return [request for request in self.requests if (request.path, request.method) == (path, method)]

    def kubeconfig(self, folder: Path, user: dict | None = None) -> str:
        cluster = {"name": "c", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "one",
            "clusters": [cluster],
            "users": [{"name": "u", "user": user or {"token": "first-token"}}],
            "contexts": [{"name": "one", "context": {"cluster": "c", "user": "u"}}],
        }
        path = folder / "kubeconfig"
        path.write_text(json.dumps(config))
        return str(path)

    def chosen(self, request: Request) -> Reply:
        """What this request gets."""
        replies = self.script[request.path]
        return (replies.pop(0) if len(replies) > 1 else replies[0]) if replies else says(404, "not scripted")

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(asyncio.current_task())
        try:
            while not writer.is_closing():
                request = await _read(reader)
                self.requests.append(request)
                await self.chosen(request)(writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(target)
    return Request(method, parts.path, parse_qs(parts.query), headers, body)
