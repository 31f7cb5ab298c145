"""One service of the market: takes requests, calls others, counts both as OpenTelemetry does, and logs JSON lines.

What it is and whom it calls stands in its environment, as its release does: a release is another RELEASE with
other code behind it here, another image, or another setting. Nothing of it can be switched from outside.
"""

import contextlib
import itertools
import json
import os
import random
import signal
import socket
import threading
import time
import traceback
import urllib.error
import urllib.request
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME, RELEASE = os.environ["NAME"], os.environ["RELEASE"]
CALLS = [call for call in os.environ.get("CALLS", "").split(",") if call]
TIMEOUT, DRAIN_SECONDS = float(os.environ.get("TIMEOUT", "2")), 1
SURCHARGES = {"plain": 1.0, "express": 1.5}
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SERVER, CLIENT = "http_server_request_duration_seconds", "http_client_request_duration_seconds"
requests = itertools.count(1)
remembered = []
lock = threading.Lock()
leaving = threading.Event()


class Failed(Exception):
    """A call that did not come back with what was asked for; `code` is what we answer."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def log(level, message, **fields):
    line = {"ts": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "level": level, "msg": message, **fields}
    print(json.dumps(line), flush=True)


class Histogram:
    """Durations by labels, told in Prometheus' text."""

    def __init__(self, name):
        self.name = name
        self.rows = defaultdict(lambda: [[0] * len(BUCKETS), 0, 0.0])

    def observe(self, seconds, **labels):
        with lock:
            row = self.rows[tuple(sorted(labels.items()))]
            row[0] = [count + (seconds <= bound) for count, bound in zip(row[0], BUCKETS, strict=True)]
            row[1] += 1
            row[2] += seconds

    def render(self):
        yield f"# TYPE {self.name} histogram"
        with lock:
            for labels, (counts, count, total) in sorted(self.rows.items()):
                told = ",".join(f'{name}="{value}"' for name, value in labels)
                for bound, reached in zip((*BUCKETS, "+Inf"), (*counts, count), strict=True):
                    yield f'{self.name}_bucket{{{told},le="{bound}"}} {reached}'
                yield f"{self.name}_count{{{told}}} {count}"
                yield f"{self.name}_sum{{{told}}} {total:.6f}"


served, called = Histogram(SERVER), Histogram(CLIENT)


def call(url):
    """Ask another service; Failed says why it did not work, and is logged as a library would."""
    host, begin, code, kind = url.split("/")[2].split(":")[0], time.monotonic(), "", ""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            code = answer.status
            return answer.read()
    except urllib.error.HTTPError as error:
        code = error.code
        raise Failed(502, f"GET {url}: {error.code} {error.reason}") from error
    except TimeoutError as error:
        kind = "timeout"
        raise Failed(504, f"GET {url}: timed out after {TIMEOUT:g} s") from error
    except (urllib.error.URLError, OSError) as error:
        kind = "connection"
        reason = getattr(error, "reason", error)
        late = isinstance(reason, TimeoutError)
        raise Failed(504 if late else 502, f"GET {url}: {reason}") from error
    finally:
        labels = {"server_address": host, "http_response_status_code": code}
        called.observe(time.monotonic() - begin, **labels, **({"error_type": kind} if kind else {}))


def work(number):
    """What this service does itself; releases differ here."""
    kind = ("plain", "express", "gift")[number % 3]
    if RELEASE == "surcharge":  # looks up every kind of order, and one has no entry
        return str(SURCHARGES[kind]).encode()
    if RELEASE == "remember":  # a cache without an end
        remembered.append(random.randbytes(16 << 20))
    if RELEASE == "thorough":  # asks for more than it needs, and holds the answer up
        time.sleep(10)
    if RELEASE == "closed":
        raise Failed(503, "closed for an inventory")
    return b"ok"


def started():
    """What a release needs at its start."""
    if RELEASE == "ledgerless":
        folder = {"journal": "/journal"}
        return folder["ledger"]
    return ""


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        if self.path == "/metrics":
            return self.answer(200, "\n".join([*served.render(), *called.render(), ""]).encode())
        if self.path == "/ready":
            return self.answer(503 if leaving.is_set() else 200, b"")
        begin, code = time.monotonic(), 500
        try:
            for url in CALLS:
                call(url)
            code, body = 200, work(next(requests))
        except Failed as failed:
            code, body = failed.code, str(failed).encode()
            log("error", f"request failed: {failed}", path=self.path)
        except Exception as error:  # noqa: BLE001 - as a framework does
            code, body = 500, b"internal error"
            log("error", f"unhandled {type(error).__name__}: {error}", path=self.path, stack=traceback.format_exc())
        served.observe(time.monotonic() - begin, http_route=self.path, http_response_status_code=code)
        return self.answer(code, body)

    def answer(self, code, body):
        self.send_response(code)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # who asked has gone
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    address_family = socket.AF_INET


def leave(*_):
    """SIGTERM: no longer ready, what is under way is finished, then out."""
    leaving.set()
    threading.Timer(DRAIN_SECONDS, listener.shutdown).start()


log("info", f"{NAME} starting", release=RELEASE)
started()
listener = Listener(("", int(os.environ.get("PORT", "8080"))), Door)
signal.signal(signal.SIGTERM, leave)
log("info", f"{NAME} listening", release=RELEASE)
listener.serve_forever(poll_interval=0.1)
log("info", f"{NAME} stopped")
