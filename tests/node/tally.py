"""What an incident cost: times from the fault on, requests, CPU and memory of the agent by its own count.

Kept for benchmarks/node.py, in the file that STEADYHAND_NODE_TALLY names: one JSON object a line.
"""

import json
import os
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.node.installed import Installed

FILE = "STEADYHAND_NODE_TALLY"
IDLE = "idle"
WINDOW_SECONDS = 60
_OWN = {"cpu_seconds": "process_cpu_seconds_total", "resident": "process_resident_memory_bytes"}
_COUNT = re.compile(r'steadyhand_requests_total\{server="([^"]*)"\} ([0-9.e+]+)')


class Tally:
    """`begin()` at the fault, `mark(what)` when something is seen, `end()` when the story is told."""

    def __init__(self, agent: Installed) -> None:
        self.agent = agent
        self._rows: list[dict[str, Any]] = []
        self._row: dict[str, Any] = {}

    def begin(self, story: str) -> None:
        """The fault is about to be made."""
        self._row = {"story": story, "fault": time.time(), "requests": self.requests(), "cpu": self.own("cpu_seconds")}

    def mark(self, what: str) -> None:
        """So many seconds since the fault; the requests until then, and what it used."""
        now, seconds = self.requests(), time.time() - self._row["fault"]
        spent = {server: count - self._row["requests"].get(server, 0) for server, count in now.items()}
        used = {"cores": (self.own("cpu_seconds") - self._row["cpu"]) / seconds, "rss_mb": self.own("resident") / 1e6}
        self._row[what] = {"seconds": seconds, "requests": spent, **used}

    def end(self, report: dict[str, Any]) -> None:
        """Keep the row, with what was found and when the agent itself says that it heard and asked."""
        asked = (report["proposal"] or {}).get("asked_at")
        opened = _seconds(report["incident"]["opened_at"])
        own = {"opened": opened - self._row["fault"], "asked": _seconds(asked) - opened if asked else None}
        top = report["hypotheses"][0]
        self._rows.append({**self._row, **own, "cause": top["cause"], "conclusion": report["conclusion"]})

    def idle(self) -> None:
        """Keep what it uses while nothing happens for WINDOW_SECONDS, if anybody keeps it at all."""
        if not os.environ.get(FILE):
            return
        before = self.own("cpu_seconds")
        time.sleep(WINDOW_SECONDS)
        cores = (self.own("cpu_seconds") - before) / WINDOW_SECONDS
        self._rows.append({"story": IDLE, "cores": cores, "rss_mb": self.own("resident") / 1e6})

    def requests(self) -> dict[str, float]:
        """How many it has sent, by server."""
        return {server: float(count) for server, count in _COUNT.findall(self.agent.metrics())}

    def own(self, what: str) -> float:
        """One of _OWN, as the process itself tells it."""
        found = re.search(rf"^{_OWN[what]} (\S+)", self.agent.metrics(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    def write(self) -> None:
        """Append to the file, if one is named."""
        if path := os.environ.get(FILE):
            with Path(path).open("a") as out:
                out.writelines(json.dumps(row) + "\n" for row in self._rows)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
