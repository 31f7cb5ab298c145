"""A bad release on real parts: how long until a proposal stands, and what it costs the servers and this machine.

Uses the stage, servers and words of tests/e2e with one incident at a time, so that nothing but the incident is
measured. Needs what tiers 1 and 2 need. Run by `make bench`, or alone: python -m benchmarks.incident [RUNS]
"""

import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from benchmarks.row import Row, header
from tests.cluster.control_plane import Cluster, ControlPlane
from tests.e2e.conftest import play
from tests.e2e.daemon import Daemon
from tests.e2e.story import Given, Then, When
from tests.e2e.theatre import Tell, Theatre
from tests.tiers import missing

RUNS = 3
UNITS = {
    "fault to alert received (Prometheus' rules and Alertmanager's wait)": "s",
    "alert received to proposal": "s",
    "Kubernetes API requests to the proposal": "",
    "Prometheus requests to the proposal": "",
    "RSS of the daemon at the proposal": "MB",
    "RSS of the daemon idle": "MB",
}


def rows(runs: int = RUNS) -> list[Row]:
    """One row a figure. RuntimeError, saying what is missing, where the real parts are not there."""
    if reason := missing(1) or missing(2):
        raise RuntimeError(reason)
    measured: dict[str, list[float]] = {what: [] for what in UNITS}
    for _ in range(runs):
        plane = ControlPlane()  # a new one each: the last run's namespaces take a while to go
        cluster = plane.start()
        try:
            with tempfile.TemporaryDirectory(prefix="steadyhand-bench-") as folder:
                _once(cluster, Path(folder), lambda *words: _incident(measured, *words))
        finally:
            plane.stop()
    command = "python -m benchmarks.incident" + (f" {runs}" if runs != RUNS else "")
    return [Row(f"bad release: {what}", unit, measured[what], command) for what, unit in UNITS.items()]


def _once(cluster: Cluster, folder: Path, scenario: Tell) -> None:
    theatre = Theatre(cluster, folder, [scenario])
    try:
        theatre.open(play)
        theatre.tell(scenario)
    finally:
        theatre.close()


def _incident(measured: dict[str, list[float]], given: Given, when: When, then: Then) -> None:
    given.a_prometheus_of_its_own()
    given.a_gate_before_prometheus()
    given.a_gate_before_the_api_server()
    given.a_shop("v1", "v2")
    scene = given._scene  # noqa: SLF001 - the benchmark looks behind the words
    given.steadyhand(history={"namespaces": [scene.namespace]})  # watched from the start, as those of SLOs are
    assert scene.api_gate
    assert scene.metrics_gate
    idle = _rss(scene.running)
    scene.api_gate.seen.clear()
    scene.metrics_gate.seen.clear()
    broken = time.time()
    when.released("checkout", "bad-v3")
    case = then.the_incident()
    asked = case.asks_for_rollback_to(2)
    api, metrics = len(scene.api_gate.seen), len(scene.metrics_gate.seen)
    opened = datetime.fromisoformat(case.report["incident"]["opened_at"]).timestamp()
    proposed = datetime.fromisoformat(asked["proposal"]["asked_at"]).timestamp()
    figures = [opened - broken, proposed - opened, api, metrics, _rss(scene.running), idle]
    for what, figure in zip(UNITS, figures, strict=True):
        measured[what].append(float(figure))


def _rss(daemon: Daemon) -> float:
    """Resident memory of the daemon's process in MB, from /proc."""
    assert daemon._process  # noqa: SLF001 - as above
    status = Path(f"/proc/{daemon._process.pid}/status").read_text()  # noqa: SLF001 - as above
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    measured = rows(int(sys.argv[1]) if sys.argv[1:] else RUNS)
    print(header(), *(row.markdown() for row in measured), sep="\n")
