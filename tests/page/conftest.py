"""Chromium, once for all tests that look through it; and a server that keeps what it was asked for."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.page import browser as chromium

REQUIRED = "STEADYHAND_REQUIRE_BROWSER"


@pytest.fixture(scope="session")
def browser(tmp_path_factory) -> Iterator[chromium.Browser]:
    """Skipped with the reason where there is none; failed where REQUIRED says that there must be one (CI does)."""
    if reason := chromium.missing():
        if os.environ.get(REQUIRED):
            pytest.fail(f"a browser must be here ({REQUIRED}), but there is {reason}", pytrace=False)
        pytest.skip(reason)
    with chromium.Browser(tmp_path_factory.mktemp("chromium")) as running:
        yield running


class Shelf(ThreadingHTTPServer):
    """Serves one page at any path and writes down every path it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.page = b""
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/report.html"


class _Handler(BaseHTTPRequestHandler):
    server: Shelf

    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(self.server.page)))
        self.end_headers()
        self.wfile.write(self.server.page)

    def log_message(self, *_words):
        """Quiet."""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
