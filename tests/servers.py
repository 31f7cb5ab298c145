"""Real Prometheus and Alertmanager processes on loopback, for the tests of tiers 1 to 3 and the benchmarks.

Each server owns a folder (configuration, data, log) and keeps its port over stop and start, so a
test can take it away in the middle of something and bring it back with its data. The binaries come
from PATH, or from STEADYHAND_PROMETHEUS_BINARY, STEADYHAND_PROMTOOL_BINARY and STEADYHAND_ALERTMANAGER_BINARY.
"""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from agent.model.query import Series

_BINARIES = {
    "prometheus": ("STEADYHAND_PROMETHEUS_BINARY", ["prometheus"]),
    "promtool": ("STEADYHAND_PROMTOOL_BINARY", ["promtool"]),
    "alertmanager": ("STEADYHAND_ALERTMANAGER_BINARY", ["prometheus-alertmanager", "alertmanager"]),
}


def binary(role: str) -> str | None:
    """The path of "prometheus", "promtool" or "alertmanager"; None if there is none, or the variable points nowhere."""
    variable, names = _BINARIES[role]
    if chosen := os.environ.get(variable):
        return shutil.which(chosen)
    return next((found for name in names if (found := shutil.which(name))), None)


def missing() -> str:
    """What is not installed and how to get it, in one line; empty when all is there."""
    absent = [
        f"{role} ({variable}={os.environ[variable]} is no program)" if os.environ.get(variable) else role
        for role, (variable, _names) in _BINARIES.items()
        if binary(role) is None
    ]
    if not absent:
        return ""
    return f"missing {', '.join(absent)}: on Debian, apt-get install prometheus prometheus-alertmanager"


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Server:
    """One child process with a folder, a port and a page that says when it is ready."""

    role = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """All it has printed so far."""
        path = self.folder / f"{self.role}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _command(self) -> list[str]:
        """The program with its flags; writes the configuration too."""
        return []

    def start(self, seconds: float = 30) -> None:
        """Start and wait until ready. Raises RuntimeError with the end of the log if that does not happen."""
        program = binary(self.role)
        if program is None:
            raise RuntimeError(missing())
        if self.process is not None and self.process.poll() is None:
            raise RuntimeError(f"{self.role} already runs on {self.url}")
        with (self.folder / f"{self.role}.log").open("ab") as log:
            self.process = subprocess.Popen([program, *self._command()], stdout=log, stderr=log)
        atexit.register(self.kill)  # a script that dies before `stop` leaves nothing running
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._ready():
                return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"{self.role} was not ready within {seconds} s:\n{self.log[-2000:]}")

    def stop(self) -> None:
        """Ask it to end and wait; nothing happens if it does not run."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, and wait."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        atexit.unregister(self.kill)
        process.send_signal(number)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=2) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


class PrometheusServer(_Server):
    """A Prometheus that scrapes and evaluates every `scrape_interval`.

    `scrape_targets` is a list of "host:port", or the path of a file_sd JSON file that may change at any
    time (re-read within a second). `rules` is the text of a rule file. Series written by `load_series`
    into the same folder before the start are in it from the start.
    """

    role = "prometheus"

    def __init__(
        self,
        folder: Path,
        scrape_targets: list[str] | Path | None = None,
        rules: str | None = None,
        alertmanager_port: int | None = None,
        scrape_interval: str = "1s",
        flags: list[str] | None = None,
    ) -> None:
        super().__init__(folder)
        self.scrape_targets = scrape_targets or []
        self.rules = rules
        self.alertmanager_port = alertmanager_port
        self.scrape_interval = scrape_interval
        self.flags = flags or []

    def _configuration(self) -> dict[str, object]:
        found: dict[str, object] = {
            "global": {
                "scrape_interval": self.scrape_interval,
                "scrape_timeout": self.scrape_interval,
                "evaluation_interval": self.scrape_interval,
            }
        }
        if isinstance(self.scrape_targets, Path):
            source: dict[str, object] = {
                "file_sd_configs": [{"files": [str(self.scrape_targets)], "refresh_interval": "1s"}]
            }
        else:
            source = {"static_configs": [{"targets": self.scrape_targets}]}
        found["scrape_configs"] = [{"job_name": "test", **source}]
        if self.rules is not None:
            (self.folder / "rules.yml").write_text(self.rules)
            found["rule_files"] = [str(self.folder / "rules.yml")]
        if self.alertmanager_port is not None:
            target = {"static_configs": [{"targets": [f"127.0.0.1:{self.alertmanager_port}"]}]}
            found["alerting"] = {"alertmanagers": [target]}
        return found

    def _command(self) -> list[str]:
        configuration = self.folder / "prometheus.yml"
        configuration.write_text(json.dumps(self._configuration()))  # JSON is YAML
        return [
            f"--config.file={configuration}",
            f"--storage.tsdb.path={self.folder / 'data'}",
            "--storage.tsdb.retention.time=50y",  # loaded samples may be of any age
            f"--web.listen-address=127.0.0.1:{self.port}",
            f"--web.external-url={self.url}",
            "--web.enable-lifecycle",
            "--log.level=warn",
            *self.flags,
        ]


class AlertmanagerServer(_Server):
    """An Alertmanager that sends everything to one webhook, alone (no cluster)."""

    role = "alertmanager"

    def __init__(
        self,
        folder: Path,
        webhook_url: str,
        group_wait: str = "1s",
        group_interval: str = "1s",
        repeat_interval: str = "1h",
        group_by: list[str] | None = None,
    ) -> None:
        super().__init__(folder)
        self.webhook_url = webhook_url
        self.route: dict[str, object] = {
            "receiver": "webhook",
            "group_wait": group_wait,
            "group_interval": group_interval,
            "repeat_interval": repeat_interval,
            "group_by": group_by or ["alertname"],
        }

    def _command(self) -> list[str]:
        configuration = self.folder / "alertmanager.yml"
        receiver = {"name": "webhook", "webhook_configs": [{"url": self.webhook_url, "send_resolved": True}]}
        configuration.write_text(json.dumps({"route": self.route, "receivers": [receiver]}))
        return [
            f"--config.file={configuration}",
            f"--storage.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            f"--web.external-url={self.url}",
            "--cluster.listen-address=",
            "--log.level=warn",
        ]


def load_series(prometheus_folder: Path, series: list[Series]) -> None:
    """Write samples into a Prometheus that is not running yet (`PrometheusServer.folder`), as TSDB blocks.

    Each series needs the label `__name__`; times are kept to the millisecond. Raises RuntimeError with promtool's words.
    """
    program = binary("promtool")
    if program is None:
        raise RuntimeError(missing())
    prometheus_folder.mkdir(parents=True, exist_ok=True)
    source = prometheus_folder / "samples.om"
    source.write_text(_openmetrics(series))
    command = [program, "tsdb", "create-blocks-from", "openmetrics", str(source), str(prometheus_folder / "data")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"promtool could not load {source}: {done.stdout[-1000:]}{done.stderr[-1000:]}")


def _openmetrics(series: list[Series]) -> str:
    lines = []
    for one in series:
        labels = ",".join(f"{name}={_quoted(value)}" for name, value in one.labels.items() if name != "__name__")
        name = one.labels["__name__"]
        lines += [
            f"{name}{{{labels}}} {value!r} {moment:.3f}" for moment, value in zip(one.times, one.values, strict=True)
        ]
    return "\n".join([*lines, "# EOF", ""])


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
