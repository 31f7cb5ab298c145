"""A small flag service on loopback: documents behind GET and PUT, with or without ETags, and every fault a write can meet."""

import json
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler

from tests.loopback import Loopback

SLOW_SECONDS = 1.2

BEFORE_A_WRITE = {("PUT", "before"): 503, ("PUT", "302"): 302, ("PUT", "403"): 403, ("PUT", "429"): 429}
"""Faults that leave the document as it is."""


class FlagServer(Loopback):
    """`documents` by name; `fault` befalls the next requests of its method; `seen` is every request that came."""

    def __init__(self, *, etags: bool = True) -> None:
        self.etags = etags
        self.documents: dict[str, object] = {}
        self.raw: bytes | None = None
        self.fault: tuple[str, str] = ("", "")
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.meanwhile = lambda: None  # called between our look and our write
        super().__init__()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        return type("Ours", (Handler,), {"bench": self})

    @property
    def origin(self) -> str:
        return self.url

    @property
    def writes(self) -> int:
        return sum(method == "PUT" for method, _, _ in self.seen)

    def etag(self, name: str) -> str:
        return f'"{abs(hash(json.dumps(self.documents[name], sort_keys=True)))}"'


class Handler(BaseHTTPRequestHandler):
    """Speaks for the FlagServer it belongs to."""

    bench: FlagServer

    def log_message(self, *_words):
        pass

    def do_GET(self):
        bench, name = self.bench, self._count()
        if self._faulty("GET"):
            return
        if name not in bench.documents:
            self._reply(404, b"{}")
            return
        tag = {"ETag": bench.etag(name)} if bench.etags else {}
        self._reply(200, bench.raw or json.dumps(bench.documents[name]).encode(), tag)

    def do_PUT(self):
        bench, name = self.bench, self._count()
        bench.meanwhile()
        body, match = self.rfile.read(int(self.headers["Content-Length"])), self.headers.get("If-Match")
        if bench.fault in BEFORE_A_WRITE:
            self._reply(BEFORE_A_WRITE[bench.fault], b"no")
        elif match and match != bench.etag(name):
            self._reply(412, b"")
        else:
            if bench.fault != ("PUT", "forgets"):
                bench.documents[name] = json.loads(body)
            if not self._faulty("PUT"):
                self._reply(204, b"")

    def _count(self) -> str:
        self.bench.seen.append((self.command, self.path, dict(self.headers)))
        return self.path.rpartition("/")[2]

    def _faulty(self, method: str) -> bool:
        """Whether the fault has spoken in place of a reply."""
        which, fault = self.bench.fault
        if which != method:
            return False
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        elif fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault == "garbage":
            self.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")
        elif fault == "endless":
            self._reply(200, b'{"enabled": "' + b"x" * 2_000_000)
        elif fault.isdigit():
            self._reply(int(fault), b"trouble")
        return fault not in ("slow", "forgets")

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.bench.origin}/elsewhere")
        self.end_headers()
        self.wfile.write(body)
