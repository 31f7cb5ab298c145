"""Runs helm as a person would: values in a file, one command, what it printed. Used through the fixtures of conftest.py."""

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.chart.tool import CHART, helm

OPERATOR = ("monitoring.coreos.com/v1", "monitoring.coreos.com/v1alpha1", "cert-manager.io/v1")
"""What a cluster with the Prometheus operator and cert-manager says it has."""


def outside(namespace: str, release: str) -> str:
    """What the names of a release's objects begin with where they are not in its namespace."""
    return f"{namespace}-{release}-steadyhand-{hashlib.sha256(f'{namespace}/{release}'.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    ok: bool
    text: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The rendered objects."""
        assert self.ok, self.text
        return [each for each in yaml.safe_load_all(self.text) if each]

    def one(self, kind: str) -> dict[str, Any]:
        """The only one of its kind."""
        (found,) = [each for each in self.objects if each["kind"] == kind]
        return found

    def rules(self, kind: str) -> dict[str, list[dict[str, Any]]]:
        """The rules of Roles or ClusterRoles, by NAMESPACE/NAME."""
        found = [each for each in self.objects if each["kind"] == kind]
        return {f"{each['metadata'].get('namespace', '')}/{each['metadata']['name']}": each["rules"] for each in found}


@dataclass(frozen=True)
class Helm:
    """Helm with a home of its own, and (for what needs a cluster) a kubeconfig."""

    home: Path
    kubeconfig: Path | None = None

    def run(self, *arguments: str | Path, values: dict[str, Any] | None = None) -> Done:
        """One command."""
        given: list[str | Path] = []
        if values is not None:
            path = self.home / "values.yaml"
            path.write_text(json.dumps(values))
            given = ["--values", path]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            **{f"HELM_{part}_HOME": str(self.home / part.lower()) for part in ("CACHE", "CONFIG", "DATA")},
            "KUBECONFIG": str(self.kubeconfig or self.home / "no-cluster"),
        }
        done = subprocess.run(
            [helm(), *arguments, *given], env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        return Done(done.returncode == 0, done.stdout if done.returncode == 0 else done.stdout + done.stderr)

    def template(
        self, values: dict[str, Any] | None = None, *, apis: tuple[str, ...] = (), namespace: str = "sre"
    ) -> Done:
        """What would be installed, without a cluster."""
        flags = [flag for api in apis for flag in ("--api-versions", api)]
        return self.run("template", "sh", CHART, "--namespace", namespace, *flags, values=values or {})

    def notes(self, values: dict[str, Any]) -> str:
        """What a person reads after the install, without a cluster; lines are joined."""
        flags = ("--namespace", "sre", "--dry-run=client", "--hide-secret")
        done = self.run("install", "sh", CHART, *flags, values=values)
        assert done.ok, done.text
        return " ".join(done.text.partition("\nNOTES:\n")[2].split())
