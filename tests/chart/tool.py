"""Helm itself: the one STEADYHAND_HELM_BINARY names, or built once from the Go module beside this file into the cache.

A module of its own, so that neither its dependencies nor those of the control plane (tests/cluster) decide the other's.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.tiers import CHECKOUT

MODULE = Path(__file__).parent / "helm"
CHART = CHECKOUT / "helm" / "steadyhand"
NAMED = "STEADYHAND_HELM_BINARY"


def missing() -> str:
    """Why there is no helm and none can be built; empty when there is."""
    if os.environ.get(NAMED) or _built() or shutil.which("go"):
        return ""
    return f"no helm: name one in {NAMED}, or install Go 1.26 or newer to build it"


def helm() -> Path:
    """The program."""
    if named := os.environ.get(NAMED):
        return Path(named)
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _built():
            print("building helm from Go modules (some minutes with an empty Go cache) …", flush=True)
            done = subprocess.run(
                ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", f"{folder}/", "tool"],
                cwd=MODULE,
                env={**os.environ, "CGO_ENABLED": "0"},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(f"go build failed in {MODULE.name}:\n{done.stderr[-3000:]}")
            (folder / ".stamp").write_text(_stamp())
    return folder / "helm"


def _folder() -> Path:
    return Path(os.environ.get("STEADYHAND_CACHE") or CHECKOUT / ".cache") / "helm"


def _built() -> bool:
    stamp = _folder() / ".stamp"
    return stamp.is_file() and stamp.read_text() == _stamp() and (_folder() / "helm").is_file()


def _stamp() -> str:
    return hashlib.sha256(b"".join((MODULE / name).read_bytes() for name in ("go.mod", "go.sum"))).hexdigest()
