"""A process that plays the shop: it looks at the live pods and shows the metrics such pods would have.

Started by `Stage` below (tests/e2e/theatre.py), or by hand: `python -m tests.e2e.stage --kubeconfig FILE --port N`.
Only pods the API server reports as ready serve, and what they do follows from their own template, so
that a rollback done through the API heals the shop and nothing else does. `POST /break?namespace=N&service=S&ratio=R`
makes a service fail without any change in the cluster, `POST /heal?namespace=N` ends that.
"""

import argparse
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.cluster.api import Api
from tests.e2e.traffic import Actor, Traffic

TICK_SECONDS = 0.5
SELECTOR = "steadyhand-e2e=shop"
"""Pods with this label belong to a shop, in whatever namespace."""


class Play:
    """The traffic and the loop that keeps it going; one lock around both."""

    def __init__(self, api: Api) -> None:
        self.traffic = Traffic()
        self.lock = threading.Lock()
        self._api = api

    def run(self) -> None:
        """Read the pods and let time pass, for ever; an API server that does not answer stops nothing."""
        actors: list[Actor] = []
        before = time.monotonic()
        while True:
            try:
                actors = self._actors()
            except httpx.HTTPError as error:
                print(f"stage: cannot read pods, playing on with those known: {error!r}", file=sys.stderr, flush=True)
            now = time.monotonic()
            with self.lock:
                self.traffic.play(actors, now - before)
            before = now
            time.sleep(TICK_SECONDS)

    def _actors(self) -> list[Actor]:
        asked = {"labelSelector": SELECTOR, "resourceVersion": "0"}
        found = (Actor.of(pod) for pod in self._api.request("GET", "/api/v1/pods", params=asked)["items"])
        return [actor for actor in found if actor]


def serve(play: Play, port: int) -> None:
    """Answer scrapes and orders on loopback until killed."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with play.lock:
                self._answer(play.traffic.render())

        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            order = {key: values[0] for key, values in parse_qs(parts.query).items()}
            with play.lock:
                if parts.path == "/break":
                    play.traffic.broken[order["namespace"], order["service"]] = float(order["ratio"])
                else:
                    gone = [key for key in play.traffic.broken if key[0] == order["namespace"]]
                    for key in gone:
                        del play.traffic.broken[key]
            self._answer("done\n")

        def _answer(self, text: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Door).serve_forever()


class Stage:
    """The stage as a test holds it: a process, and what can be ordered from it."""

    def __init__(self, kubeconfig: Path, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.target = f"127.0.0.1:{port}"
        argv = [sys.executable, "-m", "tests.e2e.stage", "--kubeconfig", str(kubeconfig), "--port", str(port)]
        with log.open("w") as out:
            self._process = subprocess.Popen(argv, cwd=Path(__file__).parents[2], stdout=out, stderr=out)

    def break_service(self, namespace: str, service: str, ratio: float) -> None:
        """From now on that share of its requests fails, whatever the cluster looks like."""
        order = {"namespace": namespace, "service": service, "ratio": str(ratio)}
        httpx.post(f"{self.url}/break", params=order).raise_for_status()

    def heal(self, namespace: str) -> None:
        """End what `break_service` began in this namespace."""
        httpx.post(f"{self.url}/heal", params={"namespace": namespace}).raise_for_status()

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(10)


def main() -> None:
    """Read the command line and play."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    play = Play(Api(options.kubeconfig))
    threading.Thread(target=play.run, daemon=True).start()
    serve(play, options.port)


if __name__ == "__main__":
    main()
