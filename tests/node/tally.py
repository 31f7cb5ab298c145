"""What an incident cost: times from the fault on, requests, CPU and memory of the agent by its own count.

Kept for benchmarks/node.py, in the file that STEADYHAND_NODE_TALLY names: one JSON object a line.
"""

import json
import os
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from tests.node.installed import Installed

FILE = "STEADYHAND_NODE_TALLY"
IDLE = "idle"
WINDOW_SECONDS = 60
_CPU = re.compile(r"^process_cpu_seconds_total (\S+)", re.MULTILINE)
_RESIDENT = re.compile(r"^process_resident_memory_bytes (\S+)", re.MULTILINE)
_COUNT = re.compile(r'steadyhand_requests_total\{server="([^"]*)"\} ([0-9.e+]+)')


class Reading(NamedTuple):
    """What the agent has used so far, as it tells it itself."""

    requests: dict[str, float]  # by server
    cpu_seconds: float
    rss_mb: float


class Tally:
    """`begin()` at the fault, `mark(what)` when something is seen, `end()` when the story is told."""

    def __init__(self, agent: Installed) -> None:
        self.agent = agent
        self._rows: list[dict[str, Any]] = []
        self._row: dict[str, Any] = {}
        self._before = Reading({}, 0.0, 0.0)

    def begin(self, story: str) -> None:
        """The fault is about to be made."""
        self._row, self._before = {"story": story, "fault": time.time()}, self._reading()

    def mark(self, what: str) -> None:
        """So many seconds since the fault; the requests until then, and what it used."""
        now, seconds = self._reading(), time.time() - self._row["fault"]
        spent = {server: count - self._before.requests.get(server, 0) for server, count in now.requests.items()}
        cores = (now.cpu_seconds - self._before.cpu_seconds) / seconds
        self._row[what] = {"seconds": seconds, "requests": spent, "cores": cores, "rss_mb": now.rss_mb}

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
        before = self._reading()
        time.sleep(WINDOW_SECONDS)
        now = self._reading()
        cores = (now.cpu_seconds - before.cpu_seconds) / WINDOW_SECONDS
        self._rows.append({"story": IDLE, "cores": cores, "rss_mb": now.rss_mb})

    def _reading(self) -> Reading:
        told = self.agent.metrics()
        cpu, resident = (float(found[1]) if (found := own.search(told)) else 0.0 for own in (_CPU, _RESIDENT))
        return Reading({server: float(count) for server, count in _COUNT.findall(told)}, cpu, resident / 1e6)

    def write(self) -> None:
        """Append to the file, if one is named."""
        if path := os.environ.get(FILE):
            with Path(path).open("a") as out:
                out.writelines(json.dumps(row) + "\n" for row in self._rows)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
