"""A Prometheus and an Alertmanager for all markets of a run: they find pods by themselves, alert within seconds, and tell the agent.

They run beside the tests and listen where pods reach them too: in the lab that is the node's address.
"""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from tests.node.account import RBAC, Account, server
from tests.node.node import Node
from tests.node.prometheus import query
from tests.servers import AlertmanagerServer, PrometheusServer

ADDRESS = "STEADYHAND_E2E_NODE_ADDRESS"
"""The environment variable with an address of this machine that pods reach; pods must be reachable from here, too."""

NAME = "steadyhand-lookout"
MAY = [
    {"apiGroups": [""], "resources": ["pods", "nodes"], "verbs": ["get", "list", "watch"]},
    {"apiGroups": [""], "resources": ["nodes/proxy"], "verbs": ["get"]},
]
RULES = (Path(__file__).parent / "market.rules.yml").read_text()


def address() -> str:
    """Where pods reach us; "" where that is not known."""
    return os.environ.get(ADDRESS, "")


class _Prometheus(PrometheusServer):
    """Scrapes every pod that has a port called http every second, and each node's cAdvisor every five."""

    def __init__(self, folder: Path, account: Account, alertmanager_port: int) -> None:
        super().__init__(folder, rules=RULES, alertmanager_port=alertmanager_port)
        self.flags = [f"--web.listen-address={address()}:{self.port}"]
        self._kubeconfig = account.kubeconfig(folder / "kubeconfig")
        self._token = folder / "token"
        self._token.write_text(account.token)

    def _configuration(self) -> dict[str, object]:
        target = {"static_configs": [{"targets": [f"{address()}:{self.alertmanager_port}"]}]}
        own = {"scrape_configs": [self._pods(), self._containers()], "alerting": {"alertmanagers": [target]}}
        return {**super()._configuration(), **own}

    def _discovery(self, role: str) -> dict[str, object]:
        return {"kubernetes_sd_configs": [{"role": role, "kubeconfig_file": str(self._kubeconfig)}]}

    def _pods(self) -> dict[str, object]:
        pod = "__meta_kubernetes_pod_"
        relabel = [
            {"source_labels": [f"{pod}container_port_name"], "regex": "http", "action": "keep"},
            {"source_labels": [f"{pod}label_app"], "regex": ".+", "action": "keep"},
            {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
            {"source_labels": [f"{pod}name"], "target_label": "pod"},
            {"source_labels": [f"{pod}label_app"], "target_label": "service"},
        ]
        return {"job_name": "pods", **self._discovery("pod"), "relabel_configs": relabel}

    def _containers(self) -> dict[str, object]:
        api = urlsplit(server(self._kubeconfig))
        path = "/api/v1/nodes/${1}/proxy/metrics/cadvisor"
        name = ["__meta_kubernetes_node_name"]
        relabel = [
            {"source_labels": ["__meta_kubernetes_node_label_type"], "regex": "kwok", "action": "drop"},
            {"target_label": "__address__", "replacement": api.netloc},
            {"source_labels": name, "target_label": "__metrics_path__", "replacement": path},
            {"source_labels": name, "target_label": "node"},
        ]
        return {
            "job_name": "cadvisor",
            "scrape_interval": "5s",
            "scrape_timeout": "5s",
            "scheme": api.scheme,
            "authorization": {"credentials_file": str(self._token)},
            "tls_config": {"insecure_skip_verify": True},  # a throw-away cluster's certificate
            **self._discovery("node"),
            "relabel_configs": relabel,
        }


class _Alertmanager(AlertmanagerServer):
    """One webhook with a bearer token; listens where pods reach it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "", group_wait="1s", group_by=["namespace"])
        self.token = ""

    def _command(self) -> list[str]:
        command = super()._command()
        path = self.folder / "alertmanager.yml"
        found = json.loads(path.read_text())
        found["receivers"] = [{"name": "webhook"}]
        if self.webhook_url:
            hook = {"url": self.webhook_url, "send_resolved": True, "http_config": self._identity()}
            found["receivers"][0]["webhook_configs"] = [hook]
        path.write_text(json.dumps(found))
        return [each.replace("listen-address=127.0.0.1", f"listen-address={address()}") for each in command]

    def _identity(self) -> dict[str, object]:
        return {"authorization": {"credentials": self.token}} if self.token else {}

    @property
    def url(self) -> str:
        return f"http://{address()}:{self.port}"


class Lookout:
    """Both servers; `tells(url, token)` says where alerts go from now on."""

    def __init__(self, node: Node, folder: Path) -> None:
        api = node.api
        self._node = node
        home = node.namespace("lookout")
        account = Account(node, home, NAME, [])
        subject = {"kind": "ServiceAccount", "name": NAME, "namespace": home}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": home}
        self._role = home
        api.create(f"{RBAC}/clusterroles", {"metadata": {"name": home}, "rules": MAY})
        binding = {"metadata": {"name": home}, "roleRef": role, "subjects": [subject]}
        api.create(f"{RBAC}/clusterrolebindings", binding)
        self._alertmanager = _Alertmanager(folder / "alertmanager")
        (folder / "prometheus").mkdir(parents=True)
        self._prometheus = _Prometheus(folder / "prometheus", account, self._alertmanager.port)
        self._alertmanager.start()
        self._prometheus.start()

    @property
    def prometheus(self) -> str:
        """Where pods ask for metrics."""
        return f"http://{address()}:{self._prometheus.port}"

    @property
    def alertmanager(self) -> str:
        """Where pods ask for silences."""
        return self._alertmanager.url

    def tells(self, url: str, token: str) -> None:
        """Alerts go to this agent."""
        self._alertmanager.stop()
        self._alertmanager.webhook_url = f"{url}/api/v1/alerts/alertmanager"
        self._alertmanager.token = token
        self._alertmanager.start()

    def value(self, promql: str) -> float:
        """The value of an expression that gives at most one series; 0 for none."""
        return query(self._prometheus.url, promql)

    def close(self) -> None:
        """End both, and take the rights back."""
        self._prometheus.stop()
        self._alertmanager.stop()
        self._node.api.delete(f"{RBAC}/clusterrolebindings/{self._role}")
        self._node.api.delete(f"{RBAC}/clusterroles/{self._role}")
