"""The gate itself: what it holds is held on the right side of the server."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.e2e.gate import Gate, Side


class _Recorder(BaseHTTPRequestHandler):
    def do_PUT(self):
        self.server.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(b"written")

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Recorder) as found:
        found.got = []
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


@pytest.fixture
def gate(server):
    found = Gate(httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}", trust_env=False))
    yield found
    found.close()


def send(gate, text, answers):
    def put():
        try:
            answers.append(httpx.put(f"{gate.url}/thing?x=1", content=text, trust_env=False).text)
        except httpx.HTTPError as error:
            answers.append(type(error).__name__)

    thread = threading.Thread(target=put)
    thread.start()
    return thread


@pytest.mark.parametrize(("side", "arrived"), [(Side.BEFORE, []), (Side.AFTER, [b"one"])], ids=["before", "after"])
def test_a_dropped_request_has_arrived_only_when_held_behind_the_server(server, gate, side, arrived):
    hold = gate.hold(lambda method, path: method == "PUT" and path == "/thing?x=1", side)
    answers = []
    thread = send(gate, b"one", answers)
    hold.wait()
    assert server.got == arrived
    hold.drop()
    thread.join()
    assert server.got == arrived
    assert answers == ["RemoteProtocolError"]


def test_a_request_let_go_arrives_late_and_the_next_one_is_not_held(server, gate):
    hold = gate.hold(lambda method, _path: method == "PUT")
    answers = []
    first = send(gate, b"first", answers)
    hold.wait()
    send(gate, b"second", answers).join()
    hold.let_go()
    first.join()
    assert server.got == [b"second", b"first"]
    assert answers == ["written", "written"]
    assert hold.status == 201
