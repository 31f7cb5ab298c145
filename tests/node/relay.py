"""Runs this folder's tests inside the lab and tells their results outside, each under its own name.

conftest.py takes the hooks at the end from here. Outside, `Relay` starts one pytest in the lab for all
chosen tests and hands on each report as it comes; inside, `Teller` writes the reports down. Both use
pytest's own hooks for sending reports between processes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import tiers
from tests.node.lab import IMAGE, Lab

REPORTS = "STEADYHAND_NODE_REPORTS"
"""Inside the lab: the file that reports are written to, one JSON object a line."""

HERE = Path(__file__).parent
PAUSE_SECONDS = 0.1
TAIL = 6000
_RELAY = pytest.StashKey["Relay"]()


class Relay:
    """One run inside the lab, of the given tests in their order."""

    def __init__(self, items: list[pytest.Item]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="steadyhand-node-"))
        self._reports = self._folder / "reports"
        self._output = self._folder / "output"
        self._lab = Lab()
        self._trouble = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._reports.touch()
        self._lines = self._reports.open()
        self._begun = ""
        try:
            self._start(items)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            self._trouble = str(error)

    def _start(self, items: list[pytest.Item]) -> None:
        names = [item.nodeid for item in items]
        self._lab.up()
        fixtures = {name for item in items for name in getattr(item, "fixturenames", ())}
        found = {REPORTS: str(self._reports), tiers.REQUIRED: "3", "STEADYHAND_E2E_NODE_IMAGE": IMAGE}
        variables = [f"{name}={text}" for name, text in {**found, **self._lab.furnish(fixtures)}.items()]
        pytest_inside = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *names]
        with self._output.open("wb") as output:
            self._process = self._lab.run(["env", *variables, *pytest_inside], output, kubeconfig=tiers.NODE)

    def reports(self, item: pytest.Item) -> Iterator[pytest.TestReport]:
        """The reports of one test's phases, as they arrive; a failure with the run's output if none come."""
        while line := self._next():
            data = json.loads(line)
            report = item.config.hook.pytest_report_from_serializable(config=item.config, data=data)
            if report.nodeid != item.nodeid:
                continue
            if isinstance(report.longrepr, list):  # a skip's reason: JSON knows no tuples
                report.longrepr = tuple(report.longrepr)
            yield report
            if report.when == "teardown":
                return
        yield pytest.TestReport(
            item.nodeid, item.location, {}, "failed", f"no report from the lab\n{self._account()}", "call"
        )

    def _next(self) -> str:
        """The next whole line, as soon as it is there; "" when the run has ended and all is read."""
        while True:
            ended = self._process is None or self._process.poll() is not None
            self._begun += self._lines.readline()
            if self._begun.endswith("\n"):
                line, self._begun = self._begun, ""
                return line
            if ended:
                return ""
            time.sleep(PAUSE_SECONDS)

    def _account(self) -> str:
        printed = self._output.read_text(errors="replace")[-TAIL:] if self._output.exists() else ""
        return f"{self._trouble}\n{printed}".strip()

    def close(self) -> None:
        """End the run and the lab."""
        self._lines.close()
        self._lab.down()
        if self._process is not None:
            self._process.wait()
        for path in (self._reports, self._output):
            path.unlink(missing_ok=True)
        self._folder.rmdir()


class Teller:
    """Inside: a plugin that writes every report down."""

    def __init__(self, config: pytest.Config, reports: Path) -> None:
        self._config, self._reports = config, reports

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        with self._reports.open("a") as reports:
            reports.write(json.dumps(data) + "\n")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """In place of running a test of this folder here: tell what became of it in the lab."""
    if HERE not in item.path.parents or os.environ.get(tiers.NODE) or tiers.missing(3):
        return None
    relay = item.session.stash.get(_RELAY, None)
    if relay is None:
        relay = Relay([each for each in item.session.items if HERE in each.path.parents])
        item.session.stash[_RELAY] = relay
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in relay.reports(item):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing behind, also after an interrupt."""
    if relay := session.stash.get(_RELAY, None):
        relay.close()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Inside: begin to write reports down."""
    plugins, path = session.config.pluginmanager, os.environ.get(REPORTS)
    if path and not plugins.has_plugin("node-teller"):
        plugins.register(Teller(session.config, Path(path)), "node-teller")
