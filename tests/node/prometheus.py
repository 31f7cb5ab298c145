"""A real Prometheus that finds pods by itself, over kubernetes_sd, and scrapes them through the API server.

Through the API server, so that it may stand anywhere the API server can be reached from: inside the
lab's namespaces or on a laptop beside kind. Needs a build with kubernetes_sd_configs (the project's own
releases and the lab's have it, Debian's package does not).
"""

from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.cluster.api import until
from tests.node.account import Account, server
from tests.node.node import Node
from tests.servers import PrometheusServer

PORT = 8080
MAY = [
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
    {"apiGroups": [""], "resources": ["pods/proxy"], "verbs": ["get"]},
]


class PodPrometheus(PrometheusServer):
    """Scrapes /metrics of one namespace's pods that have a label `app` with this value, once a second."""

    def __init__(self, folder: Path, node: Node, namespace: str, app: str) -> None:
        super().__init__(folder)
        account = Account(node, namespace, "prometheus", MAY)
        self._kubeconfig = account.kubeconfig(folder / "kubeconfig")
        self._token = folder / "token"
        self._token.write_text(account.token)
        self._namespace, self._app = namespace, app

    def _configuration(self) -> dict[str, object]:
        api = urlsplit(server(self._kubeconfig))
        pod = "__meta_kubernetes_pod_"
        path = f"/api/v1/namespaces/{self._namespace}/pods/${{1}}:{PORT}/proxy/metrics"
        relabel = [
            {"source_labels": [f"{pod}label_app"], "regex": self._app, "action": "keep"},
            {"target_label": "__address__", "replacement": api.netloc},
            {"source_labels": [f"{pod}name"], "target_label": "__metrics_path__", "replacement": path},
            {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
            {"source_labels": [f"{pod}name"], "target_label": "pod"},
            {"source_labels": [f"{pod}label_app"], "target_label": "service"},
        ]
        discovered = {
            "role": "pod",
            "kubeconfig_file": str(self._kubeconfig),
            "namespaces": {"names": [self._namespace]},
        }
        scrape = {
            "job_name": "pods",
            "scheme": api.scheme,
            "authorization": {"credentials_file": str(self._token)},
            "tls_config": {"insecure_skip_verify": True},  # a throw-away cluster's certificate
            "kubernetes_sd_configs": [discovered],
            "relabel_configs": relabel,
        }
        return {**super()._configuration(), "scrape_configs": [scrape]}

    def value(self, promql: str) -> float:
        """The value of an expression that gives at most one series; 0 for none."""
        return query(self.url, promql)

    def reaches(self, promql: str, least: float, seconds: float = 90) -> float:
        """Wait until the expression is worth at least that much."""
        return until(lambda: self.value(promql) >= least, f"{promql} >= {least}", seconds)


def query(url: str, promql: str) -> float:
    """What a Prometheus answers to an expression that gives at most one series; 0 for none."""
    found = httpx.get(f"{url}/api/v1/query", params={"query": promql}, trust_env=False).json()
    result = found["data"]["result"]
    return float(result[0]["value"][1]) if result else 0.0
