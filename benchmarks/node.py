"""Incidents on a real node (benchmark E): how long from the fault to alert and question, and what the installed agent uses.

Tells the stories of tests/node/test_market.py and reads the tally they keep. Needs what `make e2e-node` needs, and some
twenty minutes; python -m benchmarks.node TALLY… reads what was kept before (STEADYHAND_NODE_TALLY names the file).
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.row import CHECKOUT, Row, header
from tests.node.tally import FILE, IDLE
from tests.tiers import LONG, REQUIRED, missing

COMMAND = "python -m benchmarks.node"
SERVERS = {"kubernetes": "Kubernetes API", "prometheus": "Prometheus"}


def rows() -> list[Row]:
    """Tell the stories and give their figures. RuntimeError, saying what is missing, where there is no node."""
    if reason := missing(3):
        raise RuntimeError(reason)
    with tempfile.TemporaryDirectory(prefix="steadyhand-bench-") as folder:
        tally = Path(folder) / "tally"
        environment = {**os.environ, FILE: str(tally), LONG: "1", REQUIRED: "3"}
        argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/node/test_market.py"]
        done = subprocess.run(argv, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
        if not tally.exists():
            raise RuntimeError(f"the stories were not told:\n{done.stdout[-2000:]}")
        return figures(read(tally))


def read(*tallies: Path) -> list[dict[str, Any]]:
    """What the stories kept."""
    return [json.loads(line) for path in tallies for line in path.read_text().splitlines()]


def figures(kept: list[dict[str, Any]]) -> list[Row]:
    """A row a figure over all stories, and one for each story's time to the question."""
    told, idle = [each for each in kept if "verdict" in each], [each for each in kept if each["story"] == IDLE]
    asked = [each for each in told if each["asked"]]
    found = [
        _row("fault to alert received", "s", (each["opened"] for each in told)),
        _row("alert received to question", "s", (each["asked"] for each in asked)),
        *(
            _row(f"alert received to question, {name}", "s", (each["asked"] for each in asked if each["story"] == name))
            for name in dict.fromkeys(each["story"] for each in asked)
        ),
        *(
            _row(f"{name} requests from the alert to the verdict", "", (_sent(each, server, "alert") for each in told))
            for server, name in SERVERS.items()
        ),
        *(
            _row(f"{name} requests from the fault to the verdict", "", (_sent(each, server) for each in told))
            for server, name in SERVERS.items()
        ),
        _row("CPU at work", "cores", (each["verdict"]["cores"] for each in told)),
        _row("RSS at work", "MB", (each["verdict"]["rss_mb"] for each in told)),
        _row("CPU idle", "cores", (each["cores"] for each in idle)),
        _row("RSS idle", "MB", (each["rss_mb"] for each in idle)),
    ]
    return [row for row in found if row.values]


def _sent(each: dict[str, Any], server: str, since: str = "") -> float:
    """Until the verdict; what was sent in the moment until the alert's incident was seen here counts as before it."""
    before = each[since]["requests"].get(server, 0.0) if since else 0.0
    return float(each["verdict"]["requests"].get(server, 0.0) - before)


def _row(what: str, unit: str, values: Iterable[float]) -> Row:
    return Row(f"real node: {what}", unit, list(values), COMMAND)


if __name__ == "__main__":
    measured = figures(read(*map(Path, sys.argv[1:]))) if sys.argv[1:] else rows()
    print(header(), *(row.markdown() for row in measured), sep="\n")
