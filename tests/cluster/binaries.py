"""Builds the control plane's binaries from the Go module beside this file, once, into a cache folder.

Called by control_plane.py. The flags are those of a plain release build, so that Go's own cache is
shared with any other build of the same modules on the machine.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
CHECKOUT = HERE.parent.parent
KUBERNETES = "v1.36.2"
PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "certificates"]
STAGES = "kwok-stages.yaml"
_VERSION = "k8s.io/component-base/version"
_MAJOR, _MINOR, _ = KUBERNETES.removeprefix("v").split(".")
_LDFLAGS = (
    f"-s -w -X {_VERSION}.gitVersion={KUBERNETES} -X {_VERSION}.gitMajor={_MAJOR} -X {_VERSION}.gitMinor={_MINOR}"
)


def cache() -> Path:
    """Where the binaries are kept: below $STEADYHAND_CACHE, or in the checkout's git-ignored .cache."""
    return Path(os.environ.get("STEADYHAND_CACHE") or CHECKOUT / ".cache") / "control-plane"


def unbuildable() -> str:
    """Why the binaries are neither there nor can be built; empty when they can be had."""
    if _built(cache()) or shutil.which("go"):
        return ""
    return "no Go compiler on PATH to build the control plane: install Go 1.26 or newer, or set KUBECONFIG"


def binaries() -> Path:
    """The folder with every program and the kwok stages; builds them first if go.mod or go.sum changed."""
    folder = cache()
    if _built(folder):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _built(folder):
            with tempfile.TemporaryDirectory(dir=folder) as fresh:
                _build(Path(fresh))
                for made in Path(fresh).iterdir():
                    made.replace(folder / made.name)
            (folder / ".stamp").write_text(_stamp())
    return folder


def _stamp() -> str:
    sources = [HERE / "go.mod", HERE / "go.sum", HERE / "certificates" / "main.go"]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources) + _LDFLAGS.encode()).hexdigest()


def _built(folder: Path) -> bool:
    stamp = folder / ".stamp"
    return (
        stamp.is_file()
        and stamp.read_text() == _stamp()
        and all((folder / name).is_file() for name in [*PROGRAMS, STAGES])
    )


def _build(folder: Path) -> None:
    print("building the test control plane from Go modules (10 to 15 minutes with an empty Go cache) …", flush=True)
    for what in ("./certificates", "tool"):
        _go("build", "-trimpath", "-ldflags", _LDFLAGS, "-o", f"{folder}/", what)
    (folder / "server").rename(folder / "etcd")  # Go names it after its module path, which ends in server/v3
    stages = Path(_go("list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok").strip()) / "kustomize" / "stage"
    texts = [
        path.read_text() for kind in ("node", "pod") for path in sorted((stages / kind / "fast").glob(f"{kind}-*.yaml"))
    ]
    (folder / STAGES).write_text("\n---\n".join(texts))


def _go(*arguments: str) -> str:
    done = subprocess.run(
        ["go", *arguments],
        cwd=HERE,
        env={**os.environ, "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"go {arguments[0]} failed in tests/cluster:\n{done.stderr[-3000:]}")
    return done.stdout
