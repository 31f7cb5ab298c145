"""A reverse proxy between the daemon and one server that can hold a chosen request, or its answer.

It makes moments reachable that last microseconds otherwise: "the call has left, nobody knows whether
it arrived". The daemon talks plain HTTP to it; the identity towards the server is the client's.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

import httpx

HOP_BY_HOP = {
    "connection",
    "transfer-encoding",
    "content-length",
    "content-encoding",
    "host",
    "authorization",
    "keep-alive",
}
PATIENCE_SECONDS = 120


class Side(Enum):
    """Where a request is stopped."""

    BEFORE = auto()  # the server has not seen it
    AFTER = auto()  # the server has done it, the answer is still here


@dataclass
class Hold:
    """One caught request: `reached` is set when it is there, `let_go` or `drop` ends the wait."""

    matches: Callable[[str, str], bool]
    side: Side
    caught: bool = False
    dropped: bool = False
    status: int | None = None  # the server's answer, once there is one
    reached: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> Self:
        """Until the request is here; fails the test if none comes."""
        assert self.reached.wait(PATIENCE_SECONDS), f"no matching request reached the gate in {PATIENCE_SECONDS} s"
        return self

    def let_go(self) -> None:
        """On to where it was going."""
        self.ended.set()

    def drop(self) -> None:
        """The connection breaks; a request held BEFORE never arrives."""
        self.dropped = True
        self.ended.set()


class Gate:
    """The proxy, listening on loopback from construction on. `seen` is every (method, path with query) in order."""

    def __init__(self, server: httpx.Client) -> None:
        self.seen: list[tuple[str, str]] = []
        self._server = server
        self._holds: list[Hold] = []
        self._lock = threading.Lock()
        self._listener = _Listener(("127.0.0.1", 0), _Doorman)
        self._listener.gate = self
        threading.Thread(target=self._listener.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._listener.server_port}"

    def hold(self, matches: Callable[[str, str], bool], side: Side = Side.BEFORE) -> Hold:
        """Catch the next request for which `matches(method, path)` is true."""
        hold = Hold(matches=matches, side=side)
        with self._lock:
            self._holds.append(hold)
        return hold

    def catch(self, method: str, path: str) -> Hold | None:
        """The hold that wants this request, if any, now taken."""
        with self._lock:
            self.seen.append((method, path))
            for hold in self._holds:
                if not hold.caught and hold.matches(method, path):
                    hold.caught = True
                    return hold
        return None

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        """Ask the server; httpx.HTTPError when it is not there."""
        return self._server.request(method, path, headers=_onward(headers), content=body)

    def watch(self, path: str, headers: dict[str, str]) -> AbstractContextManager[httpx.Response]:
        """The same for an answer that goes on: its pieces as they come."""
        return self._server.stream("GET", path, headers=_onward(headers), timeout=httpx.Timeout(10, read=None))

    def close(self) -> None:
        """Stop listening and end every wait."""
        for hold in self._holds:
            hold.drop()
        self._listener.shutdown()
        self._listener.server_close()


def _onward(headers: dict[str, str]) -> dict[str, str]:
    kept = {name: text for name, text in headers.items() if name.lower() not in HOP_BY_HOP}
    return {**kept, "Accept-Encoding": "identity"}


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    gate: Gate


class _Doorman(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        hold = self.server.gate.catch(self.command, self.path)
        if hold and hold.side is Side.BEFORE and not self._waited(hold):
            return
        if "watch=1" in self.path:
            self._pass_on()
            return
        try:
            answer = self.server.gate.forward(self.command, self.path, dict(self.headers.items()), body)
        except httpx.HTTPError:
            self.close_connection = True  # what a server that is gone looks like
            return
        if hold:
            hold.status = answer.status_code
            hold.answered.set()
        if hold and hold.side is Side.AFTER and not self._waited(hold):
            return
        self._answer(answer)

    def _pass_on(self) -> None:
        """A watch, piece by piece, until one of the two has enough."""
        self.close_connection = True
        with (
            suppress(httpx.HTTPError, OSError),
            self.server.gate.watch(self.path, dict(self.headers.items())) as answer,
        ):
            self._head(answer)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.flush()
            for piece in answer.iter_raw():
                self.wfile.write(piece)
                self.wfile.flush()

    def _waited(self, hold: Hold) -> bool:
        hold.reached.set()
        hold.ended.wait(PATIENCE_SECONDS)
        self.close_connection = hold.dropped
        return not hold.dropped

    def _answer(self, answer: httpx.Response) -> None:
        try:
            self._head(answer)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)
        except OSError:
            self.close_connection = True  # the daemon was killed while it waited

    def _head(self, answer: httpx.Response) -> None:
        self.send_response(answer.status_code)
        for name, text in answer.headers.items():
            if name.lower() not in HOP_BY_HOP | {"date", "server"}:
                self.send_header(name, text)

    def log_message(self, *_: object) -> None:
        pass


for _method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
    setattr(_Doorman, f"do_{_method}", _Doorman.handle_any)
