"""Whether a data folder could be worked in, without opening it: the daemon may be at work there. For `steadyhand doctor`."""

import os
import shutil
from pathlib import Path

from agent.model.checked import Checked
from integrations.store.open import LOW_SPACE

_LOST = "the daemon does not start, or is not ready: alerts are not taken in"


def folder_checked(folder: Path) -> Checked:
    """Whether this user may write there, and how much space there is. Never raises."""
    try:
        there = folder.absolute()
        while not there.exists():
            there = there.parent
        detail = _wrong(folder, there)
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Checked(name="data folder", ok=False, detail=f"{folder}: {error.strerror}", cost=_LOST)
    if not detail and free < LOW_SPACE:
        detail = f"only {free // 2**20} MiB are free in {folder}: free some space"
    if detail:
        return Checked(name="data folder", ok=False, detail=detail, cost=_LOST)
    return Checked(name="data folder", ok=True, detail=f"{folder}, {free // 2**20} MiB free")


def _wrong(folder: Path, there: Path) -> str:
    if not there.is_dir():
        return f"{there} is no folder"
    if os.access(there, os.W_OK | os.X_OK):
        return ""
    read_only = os.statvfs(there).f_flag & os.ST_RDONLY
    why = "the file system is read-only" if read_only else "this user may not write there"
    return f"{folder}: {why}; make it a folder this user may write to, or configure another one (state_dir)"
