"""The lab beside the checkout, held for the length of a test run; its cluster exists only inside its own namespaces.

Used by relay.py, which runs this tier's tests in there. A lab that somebody else has up is left alone.
"""

import os
import subprocess
from pathlib import Path
from typing import IO

from tests.image import builder
from tests.node import before
from tests.node.installed import AGENT_IMAGE
from tests.node.lookout import ADDRESS
from tests.tiers import CHECKOUT

PROGRAM = CHECKOUT.parent / "shared" / "lab" / "lab"
IMAGE = "lab.local/python:1"
NODE_ADDRESS = "10.199.0.1"
"""The node's own, inside; what listens there is reached by pods."""

UP_SECONDS, LOAD_SECONDS, DOWN_SECONDS = 300, 120, 60


class Lab:
    """`up()`, any number of `run()`, `down()`; down is safe to call whatever happened before."""

    def __init__(self) -> None:
        self._ours = False

    def up(self) -> None:
        """Start it. Raises RuntimeError with what it printed."""
        done = _lab("up", "--fake", "1", seconds=UP_SECONDS)
        if done.returncode:
            raise RuntimeError(f"the lab did not come up:\n{done.stdout[-3000:]}")
        self._ours = True

    def furnish(self, fixtures: set[str]) -> dict[str, str]:
        """Give the node what these fixtures need, and say it in variables. Raises RuntimeError with what was printed."""
        if "fair" not in fixtures:
            return {}
        found = {ADDRESS: NODE_ADDRESS}
        if builder.missing():
            return found
        if not os.environ.get(AGENT_IMAGE):
            found[AGENT_IMAGE] = self._loaded(builder.image())
        if "before" in fixtures and not os.environ.get(before.IMAGE) and not before.missing():
            found[before.IMAGE] = self._loaded(builder.image(before.tree(), f"{builder.NAME}-before"))
        return found

    def _loaded(self, image: str) -> str:
        done = _lab("load", str(builder.archive(image)), seconds=LOAD_SECONDS)
        if done.returncode:
            raise RuntimeError(f"the image was not loaded:\n{done.stdout[-3000:]}")
        return image

    def run(self, command: list[str], output: IO[bytes], kubeconfig: str) -> "subprocess.Popen[bytes]":
        """A command inside; the variable named `kubeconfig` has the path of the administrator's there."""
        script = f'export {kubeconfig}="$KUBECONFIG"; unset KUBECONFIG; exec "$@"'
        argv = [str(PROGRAM), "exec", "sh", "-c", script, "sh", *command]
        return subprocess.Popen(argv, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def down(self) -> None:
        """End it and everything that runs inside, if we started it."""
        if self._ours:
            self._ours = False
            _lab("down", seconds=DOWN_SECONDS)


def _lab(*verb: str, seconds: float) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(PROGRAM), *verb],
        cwd=Path(PROGRAM).parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
