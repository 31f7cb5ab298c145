"""One process for one folder: an advisory lock the kernel gives back when the process dies, however it dies."""

import errno
import fcntl
import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

from agent.errors import Unusable


class FolderLock:
    """Held from construction to `release`; raises Unusable when somebody else holds it or the folder is not writable."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "steadyhand.lock"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Unusable(
                f"cannot use the data folder {folder}: {error.strerror};"
                " make it a folder this user may write to, or configure another one"
            ) from error
        try:
            self._take(folder)
        except BaseException:
            os.close(self._descriptor)
            raise

    def _take(self, folder: Path) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._sign()
        except BlockingIOError as error:
            raise Unusable(
                f"the data folder {folder} is in use by {_holder(self.path)};"
                " stop that process, or give this one another folder"
            ) from error
        except OSError as error:
            advice = "free some space" if error.errno == errno.ENOSPC else "use a folder on a local disk"
            raise Unusable(f"cannot lock {self.path}: {error.strerror}; {advice}") from error

    def _sign(self) -> None:
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "started": datetime.now(UTC).isoformat()}
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(holder).encode(), 0)

    def held(self) -> bool:
        """Whether the file we locked is still the one at that path: a folder deleted under us is no longer ours."""
        try:
            there = self.path.stat()
        except OSError:
            return False
        mine = os.fstat(self._descriptor)
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)

    def release(self) -> None:
        """Give it back; the file stays, deleting it would let two processes lock two files of one name."""
        os.close(self._descriptor)


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        return f"process {holder['pid']} on {holder['host']} since {holder['started']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
