"""The commit before this one, for an upgrade as people make it: its chart, and all that its image is built of."""

import subprocess
from pathlib import Path

from tests.image import builder
from tests.tiers import CHECKOUT

IMAGE = "STEADYHAND_E2E_AGENT_BEFORE_IMAGE"
COMMIT = "HEAD~1"


def missing() -> str:
    """Why there is none; "" when there is one."""
    return "" if _git("rev-parse", "--verify", "--quiet", COMMIT) else f"no {COMMIT}: not a clone, or a shallow one"


def tree() -> Path:
    """Its files, kept below the cache."""
    folder = builder.cache() / "before" / _git("rev-parse", COMMIT).decode().strip()
    if not folder.exists():
        beside = folder.with_suffix(".part")
        beside.mkdir(parents=True, exist_ok=True)
        subprocess.run(["tar", "-x", "-C", str(beside)], input=_git("archive", COMMIT), check=True)
        beside.rename(folder)
    return folder


def chart() -> Path:
    """Its chart."""
    return tree() / "helm" / "steadyhand"


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, check=False).stdout
