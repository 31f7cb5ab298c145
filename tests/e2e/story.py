"""Given, when, then: the words scenarios are written in. Each scenario gets the three of them for its own shop.

Changes go in through the API server, the stage and signals; what is claimed is read over HTTP, from
the command line, from Prometheus and from the API server's audit log, never from inside the daemon.
"""

from subprocess import CompletedProcess
from typing import Any

import httpx

from tests.cluster.api import until
from tests.e2e.case import PATIENCE_SECONDS, Case
from tests.e2e.daemon import Daemon, command
from tests.e2e.gate import Gate, Hold, Side
from tests.e2e.identity import USER
from tests.e2e.scene import Scene
from tests.e2e.shop import SECRET
from tests.e2e.workspace import Workspace

QUICK: dict[str, Any] = {
    "verification": {"delay_seconds": 10, "window_seconds": 12, "min_events": 20},
    "budget": {"pause_seconds": 2},
    "log": {"level": "info"},
}
"""Everything as shipped, but a test's patience instead of a production's."""


class Given:
    """How things are before anything happens."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def a_prometheus_of_its_own(self) -> None:
        """Metrics come from a server that may be stopped; alerts still come from the shared one."""
        self._scene.prometheus = self._scene.theatre.own_prometheus(self._scene.namespace)

    def a_shop(self, *releases: str) -> None:
        """It is open, checkout has gone through these releases, and nothing is wrong with the last."""
        self._scene.shop.open(list(releases))

    def checkout_went_back_to(self, revision: int) -> None:
        """Somebody has undone releases before; the old revision has a new number now."""
        self._scene.shop.undo_to("checkout", revision)

    def revision_is_gone(self, revision: int) -> None:
        """An old ReplicaSet was deleted: the numbers have a gap."""
        self._scene.shop.forget("checkout", revision)

    def a_gate_before_the_api_server(self) -> None:
        """Requests to it can be held up."""
        self._scene.api_gate = Gate(self._scene.theatre.identity.client())

    def a_gate_before_prometheus(self) -> None:
        """Requests to it can be held up."""
        assert self._scene.prometheus, "a gate is for a Prometheus of its own"
        self._scene.metrics_gate = Gate(httpx.Client(base_url=self._scene.prometheus.url, timeout=30, trust_env=False))

    def a_slack(self, *, signed: bool = False) -> Workspace:
        """A workspace where people are told and asked; `signed`: it reaches the daemon by signed requests, not the socket."""
        door = self._scene.theatre.doors[self._scene.namespace]
        self._scene.slack = Workspace(f"http://127.0.0.1:{door.port}/slack/events" if signed else "")
        return self._scene.slack

    def calm(self) -> None:
        """Time passes, and nothing happens."""
        self._scene.shop.stay_calm()

    def steadyhand(self, **settings: Any) -> None:
        """After a calm time the daemon is running, with its own rights and these settings."""
        self._scene.shop.stay_calm()
        self.steadyhand_at_once(**settings)

    def steadyhand_at_once(self, **settings: Any) -> None:
        """The same without waiting for a normal to compare with."""
        scene, door = self._scene, self._scene.theatre.doors[self._scene.namespace]
        self.rights()
        metrics = scene.metrics_gate or scene.prometheus or scene.theatre.prometheus
        sources = {"prometheus": {"url": metrics.url}, "kubernetes": {"kubeconfig": str(scene.kubeconfig)}}
        scene.daemon = Daemon(scene.folder, door.port, door.token, {**QUICK, **sources, **settings})
        scene.daemon.start()

    def rights(self) -> None:
        """A kubeconfig with Steadyhand's own rights; and a turn at the machine's few cores."""
        scene, theatre = self._scene, self._scene.theatre
        theatre.slots.acquire()
        scene.seated = True
        scene.folder.mkdir()
        if scene.api_gate:
            theatre.identity.kubeconfig_through(scene.api_gate.url, scene.kubeconfig)
        else:
            theatre.identity.kubeconfig(scene.kubeconfig)


class When:
    """What happens."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def released(self, service: str, tag: str) -> int:
        """Somebody rolls out another image; the number of its revision."""
        number = self._scene.shop.release(service, tag)
        self._scene.generation = self._scene.shop.generation("checkout")
        return number

    def breaks(self, service: str, ratio: float) -> None:
        """It fails that share of its requests, and nothing in the cluster has changed."""
        self._scene.generation = self._scene.generation or self._scene.shop.generation("checkout")
        self._scene.theatre.stage.break_service(self._scene.namespace, service, ratio)

    def alerts(self) -> list[dict[str, Any]]:
        """Wait until Prometheus fires alerts about checkout; they, as it tells them."""

        def firing() -> list[dict[str, Any]]:
            found = httpx.get(f"{self._scene.theatre.prometheus.url}/api/v1/alerts").json()["data"]["alerts"]
            mine = [each for each in found if each["labels"].get("namespace") == self._scene.namespace]
            return [each for each in mine if each["state"] == "firing"]

        return until(firing, f"an alert in {self._scene.namespace}", PATIENCE_SECONDS)

    def investigated(self, *options: str, stdin: str | None = None) -> CompletedProcess[str]:
        """`steadyhand investigate` from a laptop: a kubeconfig, a Prometheus, and what else is given."""
        options = ("--kubeconfig", str(self._scene.kubeconfig), *options)
        if "--prometheus" not in options:
            options = ("--prometheus", self._scene.theatre.prometheus.url, *options)
        if "--alert" not in options and "--service" not in options:
            options = ("--service", f"{self._scene.namespace}/checkout", *options)
        return command("investigate", *options, stdin=stdin)

    def approved(self, asked: dict[str, Any]) -> None:
        """A person says yes to exactly this."""
        answer = self._scene.running.decide(asked["proposal"]["incident_id"], asked["digest"], "approved", "go ahead")
        assert answer.is_success, answer.text

    def somebody_changes(self, service: str) -> None:
        """Another hand is on the Deployment."""
        self._scene.shop.meddle(service)
        self._scene.generation = self._scene.shop.generation(service)

    def approved_on_the_command_line(self, case: Case) -> None:
        """`steadyhand approve --yes`, after reading the card it prints."""
        done = case.daemon.command("approve", case.id, "--yes", "--by", "jo", "--reason", "seen it")
        assert done.returncode == 0, done.stderr

    def denied_on_the_command_line(self, case: Case, reason: str) -> None:
        """`steadyhand deny`."""
        done = case.daemon.command("deny", case.id, "--by", "jo", "--reason", reason)
        assert done.returncode == 0, done.stderr

    def asked_to_stop_and_started_again(self) -> None:
        """SIGTERM, which it obeys without complaint, and a new process on the same state."""
        assert self._scene.running.term() == 0
        self._scene.running.start()

    def prometheus_stops(self) -> None:
        """Its process ends."""
        assert self._scene.prometheus, "only a Prometheus of its own may be stopped"
        self._scene.prometheus.kill()

    def killed_and_restarted(self) -> None:
        """SIGKILL, and a new process on the same state."""
        self._scene.running.kill()
        self._scene.running.start()

    def killed_after_each(self, case: Case, *topics: str) -> None:
        """The journal is watched; as soon as it says one of these things, the daemon is killed and started again."""
        for topic in topics:
            case.says(topic)
            self.killed_and_restarted()

    def the_write_will_be_held(self, side: Side) -> Hold:
        """The next request that changes the Deployment, no dry run, stops at the gate on this side of the server."""
        assert self._scene.api_gate, "needs a gate"
        return self._scene.api_gate.hold(_is_write, side)

    def questions_will_be_held(self, path: str) -> Hold:
        """The next request to Prometheus whose path begins so stops at the gate."""
        assert self._scene.metrics_gate, "needs a gate"
        return self._scene.metrics_gate.hold(lambda _method, asked: asked.startswith(path), Side.BEFORE)


class Then:
    """What can be seen from outside."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def the_incident(self) -> Case:
        """There is one about checkout, and only one."""
        return self._scene.case()

    def the_daemon(self) -> Daemon:
        """The one that is running."""
        return self._scene.running

    def checkout_runs(self, tag: str) -> None:
        """The template is that release's in every detail, and so are all pods."""
        assert self._scene.shop.runs("checkout", tag), self._scene.shop.images("checkout")
        self._scene.shop.settle()

    def requests_succeed(self) -> None:
        """Asked of Prometheus directly: nothing fails any more."""
        until(lambda: self._error_ratio() == 0, f"no failing requests in {self._scene.namespace}")

    def the_bad_release_shows_in_metrics(self) -> None:
        """A good part of the requests has failed for some seconds."""
        until(lambda: self._error_ratio() > 0.1, f"failing requests in {self._scene.namespace}")

    def _error_ratio(self) -> float:
        query = f'service:request_errors:ratio_rate10s{{namespace="{self._scene.namespace}",service="checkout"}}'
        url = f"{self._scene.theatre.prometheus.url}/api/v1/query"
        found = httpx.get(url, params={"query": query}).json()["data"]["result"]
        return float(found[0]["value"][1]) if found else 0.0  # no series of errors: no errors

    def steadyhand_wrote(self, times: int) -> None:
        """The API server's own record: so many writes by it, and as many new generations since the fault."""
        generation = self._scene.shop.generation("checkout")
        assert generation - self._scene.generation == times
        writes = self._scene.theatre.cluster.writes(self._scene.namespace, "checkout", user=USER)
        if writes is not None:  # another cluster's audit log is out of reach
            assert len(writes) == times, writes
            assert all(write.field_manager == "steadyhand" for write in writes), writes
        elsewhere = [
            write
            for write in self._scene.theatre.cluster.audit() or []
            if write.namespace == self._scene.namespace
            and write.user == USER
            and write.changed
            and write.name != "checkout"
        ]
        assert not elsewhere, elsewhere

    def the_command_line_shows(self, case: Case, *words: str) -> None:
        """`steadyhand show` tells a person the same."""
        shown = case.daemon.command("show", case.id)
        assert shown.returncode == 0, shown.stderr
        for word in words:
            assert word in shown.stdout, f"{word!r} is not in:\n{shown.stdout}"

    def it_is_still_one_incident(self) -> None:
        """Whatever else fired while it went on: one degradation is one incident."""
        if self._scene.daemon:
            found = [
                each for each in self._scene.daemon.incidents() if (each["service"] or {}).get("name") == "checkout"
            ]
            assert len(found) <= 1, [each["title"] for each in found]

    def nothing_leaked(self) -> None:
        """The secrets planted in the shop are in no log, no report and no byte of the daemon's state."""
        if daemon := self._scene.daemon:
            for path in sorted(daemon.folder.rglob("*")):
                assert not path.is_file() or SECRET.encode() not in path.read_bytes(), f"a planted secret is in {path}"


def _is_write(method: str, path: str) -> bool:
    changes = method in ("PUT", "PATCH", "POST") and "/deployments/checkout" in path
    return changes and "dryRun" not in path
