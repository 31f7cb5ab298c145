"""One measured figure as a row of benchmarks/README.md; every benchmark returns rows and prints none."""

import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
COLUMNS = ("what", "median", "lowest-highest", "runs", "date", "commit", "machine", "command")


@dataclass(frozen=True)
class Row:
    """What was measured (in `unit`, once a run) and the command that measures it again."""

    what: str
    unit: str
    values: Sequence[float]
    command: str

    def markdown(self) -> str:
        """The row, with the day, the commit and the machine that it is true for."""
        figures = [f"{value:.4g}" for value in (statistics.median(self.values), min(self.values), max(self.values))]
        cells = [
            self.what,
            f"{figures[0]} {self.unit}",
            f"{figures[1]}-{figures[2]}",
            str(len(self.values)),
            datetime.now(UTC).date().isoformat(),
            commit(),
            machine(),
            f"`{self.command}`",
        ]
        return _line(cells)


def header() -> str:
    """The two lines above the rows."""
    return f"{_line(COLUMNS)}\n{_line(['---'] * len(COLUMNS))}"


def commit() -> str:
    """The short id of the checked-out commit, with a + when files differ from it; "none" outside a checkout."""
    try:
        found = _git("rev-parse", "--short=10", "HEAD")
        return found + ("+" if _git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return "none"


def machine() -> str:
    """Cores, system and interpreter; nothing that names the machine."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, {python}"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
