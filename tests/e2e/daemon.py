"""The real daemon as a child process, and its HTTP API as any client sees it.

Nothing of it is imported: a configuration file goes in, signals and HTTP requests do the rest. The
same state folder is used for every start, so `kill` followed by `start` is a crash and a recovery.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.cluster.api import until

CHECKOUT = Path(__file__).parents[2]
START_SECONDS = 90


def clean_environment() -> dict[str, str]:
    """Ours without anything that would configure the daemon or the command line."""
    return {name: text for name, text in os.environ.items() if not name.startswith(("STEADYHAND_", "KUBECONFIG"))}


class Caller:
    """Whoever has the token and the address of a running daemon, in this process's words for its HTTP API."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
        )

    def incidents(self) -> list[dict[str, Any]]:
        """Newest first, closed ones too."""
        return list(self._get("/api/v1/incidents", state="all")["incidents"])

    def report(self, incident: str) -> dict[str, Any]:
        """The machine form of all that is known now."""
        return dict(self._get(f"/api/v1/incidents/{incident}"))

    def journal(self, incident: str, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        """Entries after that number; the daemon waits for the first up to `wait` seconds."""
        return list(self._get(f"/api/v1/incidents/{incident}/journal", after=after, wait=wait)["entries"])

    def proposal(self, incident: str) -> dict[str, Any] | None:
        """{"digest", "proposal"} of the open question, None where there is none."""
        answer = self._http.get(f"/api/v1/incidents/{incident}/proposal")
        return None if answer.status_code == httpx.codes.NOT_FOUND else answer.raise_for_status().json()

    def decide(self, incident: str, digest: str, decision: str, reason: str = "") -> httpx.Response:
        """Answer the question with this digest; the response as it is."""
        body = {"digest": digest, "decision": decision, "reason": reason}
        return self._http.post(f"/api/v1/incidents/{incident}/decision", json=body)

    def post_alerts(self, body: bytes) -> httpx.Response:
        """What a sender posts to the webhook."""
        return self._http.post("/api/v1/alerts/alertmanager", content=body)

    def metrics(self) -> str:
        """Its own metrics."""
        return self._http.get("/metrics").raise_for_status().text

    def ready(self) -> bool:
        """Whether it says that it is."""
        try:
            return self._http.get("/readyz", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def _get(self, path: str, **params: Any) -> Any:
        return self._http.get(path, params=params).raise_for_status().json()


class Daemon(Caller):
    """`steadyhand serve` with one configuration, started any number of times."""

    def __init__(self, folder: Path, port: int, token: str, settings: dict[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        super().__init__(f"http://127.0.0.1:{port}", token)
        self.starts = 0
        self.token_file = folder / "token"
        self.token_file.write_text(token)
        self._config = folder / "steadyhand.yaml"
        self._log = folder / "daemon.log"
        self._process: subprocess.Popen[bytes] | None = None
        own = {
            "state_dir": str(folder / "state"),
            "listen": {"port": port},
            "api": {"tokens": [{"name": "on-call", "token_file": str(self.token_file)}]},
        }
        self._config.write_text(yaml.safe_dump({**own, **settings}))

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        self.launch()
        until(self._ready, f"daemon ready at {self.url}; its log ends with:\n{self.log()[-2000:]}", START_SECONDS)

    def launch(self) -> None:
        """Start it, and wait for nothing."""
        argv = [sys.executable, "-m", "agent", "serve", "--config", str(self._config)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(argv, cwd=CHECKOUT, env=clean_environment(), stdout=log, stderr=log)
        self.starts += 1

    def kill(self) -> None:
        """SIGKILL: nothing of ours runs any more after that instruction."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def term(self) -> int:
        """SIGTERM, and how it ended."""
        assert self._process, "the daemon is not running"
        self._process.terminate()
        code = self._process.wait(60)
        self._process = None
        return code

    def log(self) -> str:
        """All it has written to its standard streams, over all starts."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def command(self, *arguments: str, stdin: str | None = None) -> "subprocess.CompletedProcess[str]":
        """One of the command line's verbs that talk to a daemon, against this one."""
        return command(*arguments, "--url", self.url, "--token-file", str(self.token_file), stdin=stdin)

    def _ready(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"the daemon ended by itself:\n{self.log()[-4000:]}")
        return self.ready()


def command(*arguments: str, stdin: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", "agent", *arguments],
        cwd=CHECKOUT,
        env=clean_environment(),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def last_lines(log: str, count: int = 25) -> str:
    """The end of a log for a failure's message, JSON lines shortened to what a person reads."""
    lines = []
    for line in log.splitlines()[-count:]:
        try:
            entry = json.loads(line)
        except ValueError:
            lines.append(line[:300])
            continue
        lines.append(" ".join(f"{key}={text}" for key, text in entry.items())[:300])
    return "\n".join(lines)
