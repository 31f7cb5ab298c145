"""A small web shop's checkout: takes orders, counts them as OpenTelemetry's HTTP server metrics do, logs what it does.

Release v2 reads a discount table that lacks an entry, on two orders of five. Every release logs the stack
traces of payments that time out now and then, and tries them again.
"""

import itertools
import os
import threading
import traceback
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

METRIC = "http_server_request_duration_seconds_count"
DISCOUNTS = {"new": 0.1}
RELEASE = os.environ["RELEASE"]
taken = Counter()
lock = threading.Lock()
orders = itertools.count(1)


def price(number):
    if RELEASE == "v2" and number % 5 < 2:
        return 100 * (1 - DISCOUNTS["loyal"])
    return 100


def charge(number):
    if number % 20 == 0:
        raise TimeoutError(f"payment of order {number} timed out")


def order():
    number = next(orders)
    try:
        charge(number)
    except TimeoutError:
        traceback.print_exc()
        print(f"WARN payment of order {number} is tried again", flush=True)
    try:
        price(number)
    except KeyError:
        traceback.print_exc()
        return 500
    print(f"INFO order {number} taken", flush=True)
    return 200


def metrics():
    with lock:
        rows = [f'{METRIC}{{http_route="/order",http_response_status_code="{c}"}} {n}' for c, n in taken.items()]
    return "\n".join([f"# TYPE {METRIC} counter", *sorted(rows), ""])


class Door(BaseHTTPRequestHandler):
    def do_GET(self):
        code, body = 200, "ok\n"
        if self.path == "/metrics":
            body = metrics()
        elif self.path == "/order":
            code = order()
            with lock:
                taken[code] += 1
        self.send_response(code)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("", 8080), Door).serve_forever()
