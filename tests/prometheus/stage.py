"""A real HTTP server on loopback that answers by a script: what a Prometheus, or what stands before it, may do wrong."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Play = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Asked:
    """One request: path without the query string, parameters of query string and form together."""

    method: str
    path: str
    query: str
    fields: dict[str, list[str]]
    headers: dict[str, str]


@dataclass
class Stage:
    """The script (the last play repeats) and what was asked."""

    url: str = ""
    plays: list[Play] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    leave: threading.Event = field(default_factory=threading.Event)


def says(status: int, body: object, **headers: str) -> Play:
    """Answer with JSON, or with bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return play


def data(found: Any, **more: object) -> Play:
    """A success."""
    return says(200, {"status": "success", "data": found, **more})


def vector(*values: str, **more: object) -> Play:
    """Instant values, one series each."""
    result = [{"metric": {"__name__": "up", "n": str(n)}, "value": [1.5, v]} for n, v in enumerate(values)]
    return data({"resultType": "vector", "result": result}, **more)


def matrix(*values: str, **more: object) -> Play:
    """Ranges of one value, one series each."""
    result = [{"metric": {"__name__": "up", "n": str(n)}, "values": [[1.5, v]]} for n, v in enumerate(values)]
    return data({"resultType": "matrix", "result": result}, **more)


def error(status: int, kind: str, text: str, **headers: str) -> Play:
    """Prometheus' own error body."""
    return says(status, {"status": "error", "errorType": kind, "error": text}, **headers)


def hangs(stage: Stage) -> Play:
    """Say nothing until the stage closes."""
    return lambda _handler: stage.leave.wait(20) and None


def drips(stage: Stage) -> Play:
    """A body that never ends, a byte at a time, so that no single read times out."""

    def play(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stage.leave.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    return play


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"status":"success","data":{"resultType":')
    handler.close_connection = True


@contextmanager
def raised(certificate: Path | None = None) -> Iterator[Stage]:
    """A running stage; with a PEM file of key and certificate it speaks TLS."""
    stage = Stage()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            fields = {**parse_qs(split.query), **parse_qs(body)}
            stage.asked.append(Asked(self.command, split.path, split.query, fields, dict(self.headers)))
            play = stage.plays.pop(0) if len(stage.plays) > 1 else stage.plays[0]
            try:
                play(self)
            except OSError:  # the client left first
                self.close_connection = True

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_said: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    stage.url = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    server.daemon_threads = True  # a client that was cut off in a handshake must not hold up the end
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stage
    finally:
        stage.leave.set()
        server.shutdown()
        server.server_close()
        thread.join()
