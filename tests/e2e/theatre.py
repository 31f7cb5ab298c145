"""What all scenarios share: control plane, stage, Prometheus, Alertmanager; and how scenarios overlap.

Most of a scenario is waiting (for a normal to compare with, for a rollout, for a verification
window), so all that a test run selected are told at once, each in a thread, in a namespace of its
own; only so many have a daemon at the same time. conftest.py keeps one theatre for the session.
"""

import functools
import os
import secrets
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.control_plane import Cluster
from tests.e2e.identity import Identity
from tests.e2e.stage import Stage
from tests.e2e.switchboard import Switchboard
from tests.servers import PrometheusServer, free_port

RULES = (Path(__file__).parent / "rules.yml").read_text()
DAEMONS_AT_ONCE = int(os.environ.get("STEADYHAND_E2E_DAEMONS", "4"))

Tell = Callable[..., None]


@dataclass(frozen=True)
class Door:
    """Where one scenario's daemon will listen, and the token that opens it."""

    port: int
    token: str

    @property
    def webhook(self) -> str:
        """What Alertmanager is told."""
        return f"http://127.0.0.1:{self.port}/api/v1/alerts/alertmanager"


class Theatre:
    """The servers, and the scenarios told on them. `tell(scenario)` waits for its end and raises what it raised."""

    def __init__(self, cluster: Cluster, folder: Path, scenarios: Iterable[Tell]) -> None:
        self.cluster = cluster
        self.folder = folder
        self.slots = threading.Semaphore(DAEMONS_AT_ONCE)
        self.identity = Identity(cluster.api)
        self.stage = Stage(cluster.kubeconfig, free_port(), folder / "stage.log")
        self._scenarios = list(scenarios)
        run = secrets.token_hex(2)  # an existing cluster may hold an earlier run's namespaces
        self._names = {scenario: f"e2e-{run}-{number}" for number, scenario in enumerate(self._scenarios)}
        self.doors = {name: Door(free_port(), secrets.token_hex(16)) for name in self._names.values()}
        routes = {name: (door.webhook, door.token) for name, door in self.doors.items()}
        self.switchboard = Switchboard(folder / "alertmanager", routes)
        self.prometheus = PrometheusServer(
            folder / "prometheus", [self.stage.target], RULES, alertmanager_port=self.switchboard.port
        )

    def open(self, play: Callable[["Theatre", str, Tell], None]) -> None:
        """Start the servers and begin telling all scenarios; `play(theatre, namespace, scenario)` tells one."""
        self.switchboard.start()
        self.prometheus.start()
        self._threads = ThreadPoolExecutor(len(self._scenarios))
        self._told: dict[Tell, Future[Any]] = {
            scenario: self._threads.submit(functools.partial(play, self, name, scenario))
            for scenario, name in self._names.items()
        }

    def tell(self, scenario: Tell) -> None:
        """Wait for the end of one scenario; what it raised is raised here."""
        self._told[scenario].result()

    def own_prometheus(self, name: str) -> PrometheusServer:
        """One more that looks at the same stage and alerts nobody: for a scenario to stop."""
        server = PrometheusServer(self.folder / f"{name}-prometheus", [self.stage.target])
        server.start()
        return server

    def close(self) -> None:
        """Wait for what is still being told, then stop the servers and leave nothing behind in the cluster."""
        for future in self._told.values():
            future.cancel()
        self._threads.shutdown(wait=True)
        for name in self._names.values():
            if self.cluster.api.find(f"/api/v1/namespaces/{name}"):
                self.cluster.api.delete(f"/api/v1/namespaces/{name}")
        self.identity.withdraw()
        self.prometheus.stop()
        self.switchboard.stop()
        self.stage.stop()
