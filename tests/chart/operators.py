"""The CustomResourceDefinitions that the Prometheus operator and cert-manager install, out of their Go modules."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml

OPERATOR, CERTIFICATES = "github.com/prometheus-operator/prometheus-operator", "github.com/cert-manager/cert-manager"
MODULES = {
    f"{OPERATOR}@v0.85.0": "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
    f"{CERTIFICATES}@v1.21.2": "h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=",
}
"""Module and version, and its digest as a go.sum would have it."""

FILES = {
    OPERATOR: [
        f"example/prometheus-operator-crd/monitoring.coreos.com_{kind}.yaml"
        for kind in ("servicemonitors", "prometheusrules", "alertmanagerconfigs")
    ],
    CERTIFICATES: ["deploy/crds/cert-manager.io_certificates.yaml"],
}


class _Loader(yaml.SafeLoader):
    """YAML of 1.1, which has a meaning for a bare `=`, that is none here."""


_Loader.add_constructor("tag:yaml.org,2002:value", _Loader.construct_yaml_str)


def missing() -> str:
    """Why they cannot be had; "" when they can."""
    return "" if shutil.which("go") else "no go to fetch the operators' modules with"


def definitions() -> list[dict[str, Any]]:
    """Of the kinds that the chart makes objects of. Raises RuntimeError: a module is not to be had, or another one."""
    return [
        yaml.load((_folder(module, digest) / file).read_text(), _Loader)
        for module, digest in MODULES.items()
        for file in FILES[module.partition("@")[0]]
    ]


def _folder(module: str, digest: str) -> Path:
    with tempfile.TemporaryDirectory() as nowhere:  # in a module of its own, go would want all of its dependencies
        done = subprocess.run(
            ["go", "mod", "download", "-json", module],
            cwd=nowhere,
            env={**os.environ, "GOFLAGS": "-mod=mod", "GOSUMDB": "off"},  # the digest is compared here
            capture_output=True,
            text=True,
            check=False,
        )
    told = json.loads(done.stdout or "{}")
    if told.get("Sum") != digest:
        raise RuntimeError(f"{module}: {told.get('Error') or told.get('Sum') or done.stderr[-1000:]}; wanted {digest}")
    return Path(told["Dir"])
