"""A daemon's HTTP API on loopback, with records instead of a machine behind it: what the client is tested against."""

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.cli import entries, samples
from tests.loopback import Loopback

API = "/api/v1/incidents"


class FakeDaemon(Loopback):
    """Answers from its attributes; `asked` keeps every request as (method, path, query, headers)."""

    def __init__(self) -> None:
        self.incidents = [samples.incident()]
        self.reports = {samples.ID: samples.report()}
        self.snapshots = {}
        self.journal = entries.whole_story()
        self.proposal = samples.proposal()
        self.digest = ""
        self.refusal = ""
        self.token = ""
        self.raw: tuple[int, bytes] | None = None  # this answer to everything
        self.decisions: list[dict] = []
        self.asked: list[tuple] = []
        super().__init__()

    def answer(self, method: str, path: str, query: dict, body: dict) -> tuple[int, object]:
        if path == "/readyz":
            return 200, {}
        if path == API:
            return 200, {"incidents": [self.plain(each) for each in self._in_state(query["state"][0])]}
        incident_id, _, rest = path.removeprefix(API + "/").partition("/")
        if incident_id not in self.reports:
            return 404, {"error": f"no incident {incident_id}"}
        return self._of_incident(method, incident_id, rest, query, body)

    def _of_incident(self, method, incident_id, rest, query, body):
        if rest == "journal":
            after = int(query["after"][0])
            return 200, {"entries": [self.plain(each) for each in self.journal if each.seq > after]}
        if rest == "snapshot":
            return self._snapshot(incident_id)
        if rest == "proposal" and self.proposal is None:
            return 404, {"error": "nothing is being asked"}
        if rest == "proposal":
            return 200, {"digest": self.digest or self.proposal.digest, "proposal": self.plain(self.proposal)}
        if rest == "decision" and method == "POST":
            return self._decide(body)
        return 200, self.plain(self.reports[incident_id])

    def _snapshot(self, incident_id):
        if incident_id in self.snapshots:
            return 200, self.plain(self.snapshots[incident_id])
        return 409, {"error": "nothing of it was investigated yet"}

    def _decide(self, body: dict) -> tuple[int, object]:
        if self.refusal:
            return 409, {"error": self.refusal}
        self.decisions.append(body)
        made = samples.decision().evolve(kind=body["decision"], by=body["by"], reason=body["reason"])
        return 200, self.plain(made)

    def _in_state(self, state: str):
        return [each for each in self.incidents if state == "all" or each.phase.closed() == (state == "closed")]

    @staticmethod
    def plain(record) -> object:
        return json.loads(record.model_dump_json())

    def _handler(self):
        daemon = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments) -> None:
                """Requests are kept in `asked`, not printed."""

            def do_GET(self) -> None:
                self._reply("GET", {})

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                self._reply("POST", json.loads(self.rfile.read(length)))

            def _reply(self, method: str, body: dict) -> None:
                parts = urlsplit(self.path)
                query = parse_qs(parts.query)
                daemon.asked.append((method, parts.path, query, dict(self.headers)))
                status, payload = daemon.reply(method, parts.path, query, body, self.headers.get("authorization", ""))
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

        return Handler

    def reply(self, method, path, query, body, authorization) -> tuple[int, bytes]:
        if self.raw is not None:
            return self.raw
        if self.token and authorization != f"Bearer {self.token}":
            return 401, json.dumps({"error": "who are you?"}).encode()
        status, answer = self.answer(method, path, query, body)
        return status, json.dumps(answer).encode()
