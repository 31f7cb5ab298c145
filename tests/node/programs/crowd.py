"""Orders from the market, evenly, each over a connection of its own, and so many at once that slow answers do not thin them out."""

import contextlib
import os
import threading
import time
import urllib.request

URL, PER_SECOND = os.environ["MARKET"], float(os.environ["PER_SECOND"])


def order():
    with contextlib.suppress(OSError):  # the answers that count as errors, too
        urllib.request.urlopen(URL, timeout=15).read()


begin = time.monotonic()
sent = 0
while True:
    sent += 1
    time.sleep(max(0.0, begin + sent / PER_SECOND - time.monotonic()))
    threading.Thread(target=order, daemon=True).start()
