"""A real Kubernetes control plane on loopback, without root: etcd, API server, controllers, scheduler, kwok.

There is no kubelet: kwok plays it, pods turn Ready by themselves and have no logs; a test that
wants a failing container patches the pod's status. Used through the fixture in fixtures.py; from a
shell, `python -m tests.cluster.control_plane` runs one until interrupted.
"""

import base64
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Self

import yaml

from tests.cluster.api import Api, until
from tests.cluster.audit import POLICY, Write, read
from tests.cluster.binaries import STAGES, binaries, unbuildable

_USERS = {
    "admin": "admin/system:masters",
    "controllers": "system:kube-controller-manager",
    "scheduler": "system:kube-scheduler",
}
NODES = 3


def missing() -> str:
    """What keeps these tests from running here, and how to get it; empty when nothing does."""
    return "" if _named() else unbuildable()


def existing() -> "Cluster | None":
    """The cluster that STEADYHAND_E2E_KUBECONFIG or KUBECONFIG names, if one is named."""
    named = _named()
    if named is None:
        return None
    cluster = Cluster(named)
    if not cluster.api.get("/api/v1/nodes?labelSelector=type%3Dkwok")["items"]:
        raise RuntimeError(f"the cluster of {named} has no kwok nodes (label type=kwok), which the tests' pods run on")
    return cluster


def _named() -> Path | None:
    name = os.environ.get("STEADYHAND_E2E_KUBECONFIG") or os.environ.get("KUBECONFIG")
    return Path(name.split(os.pathsep)[0]).expanduser() if name else None


class Cluster:
    """Any cluster to test against; `audit()` is None where the server's log is out of reach."""

    def __init__(self, kubeconfig: Path):
        self.kubeconfig = kubeconfig
        self.api = Api(kubeconfig)

    def audit(self) -> list[Write] | None:
        """Every write so far, or None if this cluster does not let us see them."""
        return None

    def writes(self, namespace: str, name: str, resource: str = "deployments", *, user: str = "") -> list[Write] | None:
        """Writes to one object's main resource that the server carried out, dry runs left out."""
        seen = self.audit()
        if seen is None:
            return None
        return [
            write
            for write in seen
            if (write.resource, write.namespace, write.name, write.subresource) == (resource, namespace, name, "")
            and write.changed
            and user in ("", write.user)
        ]

    def pods_ready(self, namespace: str, selector: str, count: int, seconds: float = 60) -> list[dict]:
        """Wait until exactly `count` pods match and all of them are Ready."""

        def ready() -> list[dict] | None:
            pods = [pod for pod in self.api.pods(namespace, selector) if not pod["metadata"].get("deletionTimestamp")]
            return pods if len(pods) == count and all(is_ready(pod) for pod in pods) else None

        return until(ready, f"{count} ready pods {selector} in {namespace}", seconds)

    def stop(self) -> None:
        """Nothing of an existing cluster is ours to stop."""
        self.api.close()


def is_ready(pod: dict) -> bool:
    """Whether the pod's Ready condition is true."""
    conditions = pod.get("status", {}).get("conditions", [])
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)


class ControlPlane(Cluster):
    """One of our own. `start()` from the main thread: the processes die with the thread that started them (Linux)."""

    def __init__(self, nodes: int = NODES):
        self.nodes = nodes
        self.programs = Path()
        self.folder = Path()
        self.server = ""
        self._processes: dict[str, subprocess.Popen] = {}

    def start(self) -> Self:
        self.programs = binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="steadyhand-control-plane-"))
        try:
            self._start_etcd_and_api()
            super().__init__(self.folder / "admin.kubeconfig")
            self._start_controllers()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        for process in self._processes.values():
            process.kill()  # nothing of it is worth keeping, and a graceful end of the API server takes 10 s
        for process in self._processes.values():
            process.wait()
        self._processes.clear()
        if "api" in vars(self):
            super().stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def audit(self) -> list[Write]:
        return read(self.folder / "audit.log")

    def log(self, program: str) -> str:
        """The last 3,000 characters of what a program printed."""
        return (self.folder / f"{program}.log").read_text(errors="replace")[-3000:]

    def _start_etcd_and_api(self) -> None:
        clients, peers, port = free_ports(3)
        etcd, peer = f"http://127.0.0.1:{clients}", f"http://127.0.0.1:{peers}"
        self.server = f"https://127.0.0.1:{port}"
        self._run("etcd", f"--data-dir={self.folder}/etcd", f"--listen-client-urls={etcd}", f"--advertise-client-urls={etcd}",
                  f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=default={peer}",
                  "--unsafe-no-fsync", "--log-level=warn")  # fmt: skip
        subprocess.run(
            [self.programs / "certificates", self.folder, *(f"{name}={who}" for name, who in _USERS.items())],
            check=True,
        )
        for name in _USERS:
            self._write_kubeconfig(name)
        (self.folder / "audit-policy.yaml").write_text(POLICY)
        self._until("etcd", lambda: b"true" in self._read(f"{etcd}/health"))
        here = self.folder
        self._run("kube-apiserver", f"--etcd-servers={etcd}", f"--secure-port={port}", "--bind-address=127.0.0.1",
                  "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.0.0.0/24", f"--cert-dir={here}",
                  f"--tls-cert-file={here}/apiserver.crt", f"--tls-private-key-file={here}/apiserver.key",
                  f"--client-ca-file={here}/ca.crt", "--authorization-mode=Node,RBAC", "--profiling=false",
                  "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={here}/sa.pub",
                  f"--service-account-signing-key-file={here}/sa.key", f"--audit-policy-file={here}/audit-policy.yaml",
                  f"--audit-log-path={here}/audit.log", "--audit-log-mode=blocking")  # fmt: skip
        self._until("kube-apiserver", lambda: self._read(f"{self.server}/readyz") == b"ok")

    def _start_controllers(self) -> None:
        here = self.folder
        quiet = ["--leader-elect=false", "--secure-port=0", "--profiling=false"]
        self._run("kube-controller-manager", f"--kubeconfig={here}/controllers.kubeconfig", f"--root-ca-file={here}/ca.crt",
                  f"--service-account-private-key-file={here}/sa.key", "--use-service-account-credentials=true", *quiet)  # fmt: skip
        self._run("kube-scheduler", f"--kubeconfig={here}/scheduler.kubeconfig", *quiet)
        self._run("kwok", f"--kubeconfig={here}/admin.kubeconfig", f"--config={self.programs}/{STAGES}",
                  "--manage-all-nodes=true", "--node-lease-duration-seconds=40", "--server-address=")  # fmt: skip
        for number in range(self.nodes):
            self.api.create("/api/v1/nodes", fake_node(f"node-{number}", zone=f"zone-{'abc'[number % 3]}"))
        self._until("nodes", lambda: all(is_ready(node) for node in self.api.get("/api/v1/nodes")["items"]))
        self._until(
            "default ServiceAccount", lambda: self.api.find("/api/v1/namespaces/default/serviceaccounts/default")
        )

    def _run(self, program: str, *arguments: str) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        with (self.folder / f"{program}.log").open("w") as log:
            self._processes[program] = subprocess.Popen(
                [self.programs / program, *arguments],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - a killed test run must leave nothing behind
            )

    def _until(self, what: str, ready, seconds: float = 120) -> None:
        def alive_and_ready():
            for program, process in self._processes.items():
                if process.poll() is not None:
                    raise RuntimeError(f"{program} ended with {process.returncode}:\n{self.log(program)}")
            try:
                return ready()
            except OSError:
                return None

        until(alive_and_ready, what, seconds)

    def _read(self, url: str) -> bytes:
        tls = None
        if url.startswith("https"):
            tls = ssl.create_default_context(cafile=self.folder / "ca.crt")
            tls.load_cert_chain(self.folder / "admin.crt", self.folder / "admin.key")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls))
        with opener.open(url, timeout=3) as answer:
            return answer.read()

    def _write_kubeconfig(self, name: str) -> None:
        def data(file: str) -> str:
            return base64.b64encode((self.folder / file).read_bytes()).decode()

        user = {"client-certificate-data": data(f"{name}.crt"), "client-key-data": data(f"{name}.key")}
        cluster = {"server": self.server, "certificate-authority-data": data("ca.crt")}
        (self.folder / f"{name}.kubeconfig").write_text(kubeconfig_text(cluster, user))

    def kubeconfig_with_token(self, name: str, token: str) -> Path:
        """A kubeconfig for this server that carries a bearer token instead of the administrator's certificate."""
        cluster = yaml.safe_load(self.kubeconfig.read_text())["clusters"][0]["cluster"]
        path = self.folder / f"{name}.kubeconfig"
        path.write_text(kubeconfig_text(cluster, {"token": token}))
        return path


def kubeconfig_text(cluster: dict, user: dict) -> str:
    """A kubeconfig with one context, called "test"."""
    return json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "test",
        "clusters": [{"name": "test", "cluster": cluster}], "users": [{"name": "test", "user": user}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
    }, indent=1)  # fmt: skip


def fake_node(name: str, zone: str = "zone-a") -> dict:
    """A node kwok keeps alive."""
    room = {"cpu": "64", "memory": "256Gi", "pods": "1000"}
    labels = {"type": "kwok", "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}
    return {
        "metadata": {"name": name, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}},
        "status": {"allocatable": room, "capacity": room},
    }


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nothing listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only in the child, only on Linux

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


if __name__ == "__main__":
    began = time.monotonic()
    plane = ControlPlane().start()
    print(f"up after {time.monotonic() - began:.1f} s: export KUBECONFIG={plane.kubeconfig}", flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        plane.stop()
