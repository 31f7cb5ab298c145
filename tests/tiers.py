"""The tiers that need real parts: what each needs, and what of it this machine lacks.

tests/conftest.py asks here whether a test can run. Tier 0 (pure code and fakes) needs nothing and
is not listed. A reason always names the missing part and how to get it; an empty one means: run.
"""

import functools
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
REQUIRED = "STEADYHAND_REQUIRE_TIERS"
NODE = "STEADYHAND_E2E_NODE_KUBECONFIG"
LONG = "STEADYHAND_E2E_NODE_LONG"
"""Set (by `make e2e-node`): tests of a real node that are marked `long` run too; elsewhere they are skipped with that reason."""


def missing(part: str | int) -> str:
    """Why tests of this tier, or with this part of one, cannot run here and what would let them; empty when they can."""
    return _CHECKS[str(part)]() if str(part) in _CHECKS else ""


def required(text: str) -> set[str]:
    """The tiers and parts named in STEADYHAND_REQUIRE_TIERS, such as "1,2,image"; ValueError says what else it may hold."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if unknown := [word for word in words if word not in {"0", *_CHECKS}]:
        raise ValueError(
            f"{REQUIRED}={text!r}: {unknown[0]!r} is no tier; write numbers from 0 to 3, such as 1,2, or image"
        )
    return set(words)


def _asks(module: str) -> Callable[[], str]:
    """The `missing()` of the module that starts these parts, asked once a session."""

    @functools.cache
    def ask() -> str:
        answer = importlib.import_module(module).missing()
        if not isinstance(answer, str):
            raise TypeError(f"{module}.missing() gave {answer!r}; it must give a sentence or an empty string")
        return answer

    return ask


@functools.cache
def _node() -> str:
    if named := os.environ.get(NODE):
        return "" if Path(named).expanduser().is_file() else f"{NODE} names {named}, which is no file"
    instead = f"set {NODE} to the kubeconfig of a throw-away cluster with a real node (kind, minikube, k3s)"
    lab = CHECKOUT.parent / "shared" / "lab" / "lab"
    if not lab.is_file():
        return f"no Kubernetes node: {instead}"
    if sys.platform != "linux" or os.geteuid() != 0:
        return f"../shared/lab needs Linux and root: {instead}"
    home = Path(os.environ.get("LAB_HOME") or Path.home() / ".cache" / "k8s-lab")
    if not all((home / part).exists() for part in ("bin/.stamp", "images/python.tar")):
        return f"the lab is not built: ../shared/lab/lab build (10 to 15 minutes the first time), or {instead}"
    return ""


_CHECKS: dict[str, Callable[[], str]] = {
    "1": _asks("tests.servers"),
    "2": _asks("tests.cluster.control_plane"),
    "3": _node,
    "image": _asks("tests.image.builder"),
}
