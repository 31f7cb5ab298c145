"""A process that has imported all a daemon imports, and forks one whenever it is told to: a life begins in moments.

What it forks is `steadyhand serve` from its command line on, a process of its own with its own SIGKILL; only the
reading of modules is saved, which is most of a start. Started by `Forge`; `python -m tests.torture.forge` reads one
JSON line a daemon from its standard input and answers with the pid.
"""

import ctypes
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from tests.e2e.daemon import CHECKOUT, Daemon, clean_environment


class Child:
    """A forked daemon, with as much of Popen as `Daemon` needs; the forge lets the kernel reap it."""

    def __init__(self, pid: int) -> None:
        self._handle = os.pidfd_open(pid)  # the number may be another's by the time we kill
        self._ended: int | None = None

    def poll(self) -> int | None:
        """None while it lives."""
        return self._wait(0)

    def kill(self) -> None:
        """SIGKILL."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self, seconds: float = 60) -> int:
        """Until nothing is left of it."""
        if self._wait(seconds) is None:
            raise TimeoutError(f"a killed process was still there after {seconds:g} s")
        return -signal.SIGKILL

    def _wait(self, seconds: float) -> int | None:
        if self._ended is None and select.select([self._handle], [], [], seconds)[0]:
            os.close(self._handle)
            self._ended = -signal.SIGKILL
        return self._ended


class Forge:
    """The forking process; one for all daemons."""

    def __init__(self) -> None:
        # threads of a numeric library would not survive the fork
        environment = {**clean_environment(), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        argv = [sys.executable, "-m", "tests.torture.forge"]
        if sys.platform != "linux":
            raise RuntimeError("forking such a process is only safe on Linux")
        self._process = subprocess.Popen(
            argv, cwd=CHECKOUT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._lock = threading.Lock()

    def fork(self, config: Path, log: Path) -> Child:
        """`steadyhand serve` with this configuration, its output at the end of that file."""
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps({"config": str(config), "log": str(log)}) + "\n")
            self._process.stdin.flush()
            return Child(int(self._process.stdout.readline()))

    def close(self) -> None:
        """It ends, and what it forked with it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(20)


class Mortal(Daemon):
    """A daemon whose first life begins cold, as anybody's; the later ones as well, unless there is a forge."""

    forge: Forge | None = None

    def revive(self, *, warm: bool) -> None:
        """Begin its next life, and wait for nothing."""
        if not warm or self.forge is None:
            return self.launch()
        self._process = self.forge.fork(self._config, self._log)  # type: ignore[assignment] - as much as is needed
        self.starts += 1
        return None


def main() -> None:
    """Import, then fork for every line."""
    import integrations  # noqa: PLC0415 - only in the forge
    from agent.cli import serve  # noqa: F401, PLC0415
    from agent.cli.main import app  # noqa: PLC0415

    for module in pkgutil.walk_packages(integrations.__path__, "integrations."):
        if "migrations" not in module.name:
            import_module(module.name)
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        raise RuntimeError("a process with threads must not fork")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        if (pid := os.fork()) == 0:
            _serve(app, order["config"], order["log"])
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _serve(app: Callable[..., object], config: str, log: str) -> NoReturn:
    """In the child: nothing of the forge is left but its modules."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it ends with the forge
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for descriptor, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, out), (2, out)):
        os.dup2(file, descriptor)
    try:
        app(["serve", "--config", config], prog_name="steadyhand")
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
