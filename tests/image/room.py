"""A pod in little around an image's root: read only, as the image's user, with nothing writable but two small tmpfs.

Mounts live in a namespace of their own that ends with the process; the network is this machine's, so servers in here
listen on loopback.
"""

import json
import os
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

STATE = "/var/lib/steadyhand"
PATIENCE = 60.0
_ENTER = f"""
set -e
root=$1 state=$2; shift 2
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o mode=1777,size=16m tmp "$root/tmp"
mount -t tmpfs -o "mode=0700,uid=10001,gid=10001,$state" state "$root{STATE}"
mount --rbind /proc "$root/proc"
for device in null urandom; do touch "$root/dev/$device" 2>/dev/null || true; mount --bind "/dev/$device" "$root/dev/$device"; done
exec chroot --userspec=10001:10001 --groups=10001 "$root" env -i "$@"
"""


class Room:
    """What can be run in the root; `environment` is the image's own and what the pod adds."""

    def __init__(self, root: Path, configuration: dict[str, Any]) -> None:
        self.root = root
        self.environment = dict(line.split("=", 1) for line in configuration["Env"])
        self.entry: list[str] = configuration["Entrypoint"]

    def argv(self, command: list[str], state: str = "size=256m", **environment: str) -> list[str]:
        """What to start for a command in there; `state` are mount options of the volume."""
        variables = [f"{name}={value}" for name, value in {**self.environment, **environment}.items()]
        return ["unshare", "--mount", "sh", "-c", _ENTER, "sh", str(self.root), state, *variables, *command]

    def run(self, *command: str, **options: str) -> "subprocess.CompletedProcess[str]":
        """A command to its end."""
        argv = self.argv(list(command), **options)
        return subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def steadyhand(self, *arguments: str, **options: str) -> "subprocess.CompletedProcess[str]":
        """The image's entry point with arguments."""
        return self.run(*self.entry, *arguments, **options)


class Serving:
    """`steadyhand serve` in a room, on a port of its own choice. Use as a context manager: it is up, and is ended."""

    def __init__(self, room: Room, **options: str) -> None:
        self._argv = room.argv([*room.entry, "serve"], STEADYHAND_LISTEN__PORT="0", **options)
        self.log: list[str] = []
        self.started_after = 0.0

    def __enter__(self) -> Self:
        began = time.monotonic()
        self.process = subprocess.Popen(self._argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self._listen, daemon=True).start()
        while not (up := self.said("serving")):
            if self.process.poll() is not None or time.monotonic() - began > PATIENCE:
                self.__exit__()
                raise AssertionError(f"it does not serve ({self.process.returncode}): {self.log}")
            time.sleep(0.02)
        self.started_after = time.monotonic() - began
        self.url = f"http://127.0.0.1:{up['port']}"
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.status = self.process.wait(PATIENCE)

    def _listen(self) -> None:
        for line in self.process.stderr or ():
            self.log.append(line.rstrip())

    def said(self, event: str) -> dict[str, Any]:
        """The first line of the log that tells of it; empty when there is none yet."""
        told = (json.loads(line) for line in self.log if line.startswith("{"))
        return next((line for line in told if line.get("event") == event), {})

    def get(self, path: str) -> tuple[int, str]:
        """Status and body."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def megabytes(self) -> float:
        """Resident memory now."""
        told = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+) kB", told)[0]) / 1000

    def cpu_seconds(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
