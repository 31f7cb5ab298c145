"""A shop whose checkout really serves: customers order all the time, Prometheus watches, a release can be half rolled out."""

import os
import subprocess
import sys
import time
from pathlib import Path

import yaml

from tests.node.node import Node
from tests.node.prometheus import PodPrometheus
from tests.tiers import CHECKOUT

METRIC = "http_server_request_duration_seconds_count"
CALM_SECONDS = 60
"""How long it has run undisturbed before the release: there must be a normal to compare with."""

FAILURES = 120
SLOW_ROLLOUT = 500
"""New pods count as available after so many seconds: until then the rollout keeps the old ones beside them."""


class Shop:
    """Opened at once; `release_half_way` waits for enough calm first."""

    def __init__(self, node: Node, folder: Path) -> None:
        self.node = node
        self.folder = folder
        self.namespace = node.namespace("shop")
        node.api.service(self.namespace, "checkout", {"app": "checkout"}, port=8080)
        self.release("v1", replicas=2, strategy={"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}})
        target = [{"name": "SHOP", "value": f"http://checkout.{self.namespace}:8080/order"}]
        node.deploy(self.namespace, "customers", node.container("customers", env=target))
        self.prometheus = PodPrometheus(folder / "prometheus", node, self.namespace, "checkout")
        self.prometheus.start()

    def release(self, tag: str, **spec: object) -> None:
        """Roll a release of checkout out."""
        asked = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1}
        env = [{"name": "RELEASE", "value": tag}]
        container = self.node.container("checkout", env=env, readinessProbe=asked)
        self.node.deploy(self.namespace, "checkout", container, **spec)

    def taken(self, code: str = "") -> str:
        """PromQL: orders so far, of one status code or all."""
        chosen = f',http_response_status_code="{code}"' if code else ""
        return f'sum({METRIC}{{namespace="{self.namespace}"{chosen}}})'

    def opened(self) -> None:
        """Wait for the first orders."""
        self.node.serving(self.namespace, "checkout", 2)
        self.prometheus.reaches(self.taken("200"), 100)

    def release_half_way(self) -> None:
        """After a calm time v2 is rolled out beside v1, and stays beside it; returns once enough of its orders failed."""
        self.opened()
        watched = self.prometheus.value(f"time() - min_over_time(min(timestamp({METRIC}))[15m:1s])")
        time.sleep(max(0.0, CALM_SECONDS - watched))
        self.release("v2", minReadySeconds=SLOW_ROLLOUT)
        self.node.serving(self.namespace, "checkout", 4)
        self.prometheus.reaches(self.taken("500"), FAILURES)

    def undivided(self) -> Path:
        """A configuration whose indicator is PromQL of one's own: nothing can be told apart by pod or revision."""
        slo = {
            "name": "orders",
            "service": f"{self.namespace}/checkout",
            "objective": "99.9%",
            "total": f'sum(rate({METRIC}{{namespace="{self.namespace}"}}[{{{{.window}}}}]))',
            "bad": f'sum(rate({METRIC}{{namespace="{self.namespace}",http_response_status_code=~"5.."}}[{{{{.window}}}}]))',
        }
        path = self.folder / "undivided.yaml"
        path.write_text(yaml.safe_dump({"slos": [slo]}))
        return path

    def investigate(self, kubeconfig: Path, *options: str) -> "subprocess.Popen[str]":
        """`steadyhand investigate --json` about checkout, begun."""
        argv = [sys.executable, "-m", "agent", "investigate", "--json", "--service", f"{self.namespace}/checkout"]
        argv += ["--kubeconfig", str(kubeconfig), "--prometheus", self.prometheus.url, *options]
        plain = {name: text for name, text in os.environ.items() if not name.startswith(("STEADYHAND_", "KUBECONFIG"))}
        pipe = subprocess.PIPE
        return subprocess.Popen(argv, cwd=CHECKOUT, env=plain, stdout=pipe, stderr=pipe, text=True)

    def close(self) -> None:
        """End Prometheus; the namespace goes with the node's others."""
        self.prometheus.stop()
