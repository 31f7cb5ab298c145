"""What one scenario has in hand: its shop, its daemon, its servers and gates. Made by conftest.py, used by story.py."""

from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.cluster.api import until
from tests.e2e.case import PATIENCE_SECONDS, Case
from tests.e2e.daemon import Daemon, last_lines
from tests.e2e.gate import Gate
from tests.e2e.shop import Shop
from tests.e2e.theatre import Theatre
from tests.e2e.workspace import Workspace
from tests.servers import PrometheusServer


@dataclass
class Scene:
    """What one scenario has in hand."""

    theatre: Theatre
    namespace: str
    shop: Shop
    daemon: Daemon | None = None
    prometheus: PrometheusServer | None = None  # one of its own, to be stopped
    api_gate: Gate | None = None
    metrics_gate: Gate | None = None
    slack: Workspace | None = None
    generation: int = 0  # of checkout, after the fault
    seated: bool = False

    @property
    def folder(self) -> Path:
        """Where all of this scenario's files are."""
        return self.theatre.folder / self.namespace

    @property
    def kubeconfig(self) -> Path:
        """The one Steadyhand is given."""
        return self.folder / "kubeconfig"

    @property
    def running(self) -> Daemon:
        """The daemon, which has to be there by now."""
        assert self.daemon, "no daemon was given"
        return self.daemon

    def case(self) -> Case:
        """The one incident about checkout, as soon as there is one."""
        wanted = {"namespace": self.namespace, "name": "checkout"}
        found = until(
            lambda: [each for each in self.running.incidents() if each["service"] == wanted],
            f"an incident of {self.namespace}/checkout",
            PATIENCE_SECONDS,
        )
        assert len(found) == 1, f"{len(found)} incidents for one degradation"
        return Case(self.running, found[0]["id"])

    def leave(self) -> None:
        """End what belongs to this scenario alone."""
        for gate in (self.api_gate, self.metrics_gate):
            if gate:
                gate.close()
        if self.daemon:
            self.daemon.kill()
        if self.slack:
            self.slack.close()
        if self.prometheus:
            self.prometheus.stop()
        if self.seated:
            self.theatre.slots.release()

    def account(self) -> str:
        """What happened, for the message of a failure."""
        if self.daemon is None:
            return "no daemon was started"
        lines = [f"{self.namespace}: the daemon's log ends with:", last_lines(self.daemon.log())]
        try:
            for incident in self.daemon.incidents():
                lines.append(f"journal of {incident['id']} ({incident['phase']}):")
                lines += [f"  {entry['topic']}: {entry['text'][:300]}" for entry in self.daemon.journal(incident["id"])]
        except httpx.HTTPError as error:
            lines.append(f"its journal cannot be read: {error!r}")
        return "\n".join(lines)
