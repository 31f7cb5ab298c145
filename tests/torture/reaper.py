"""Kills one daemon over and over, each life of a random length, and says what each death fell into.

A life is counted from the start of its process, so that some die before they are ready. What a death
interrupted is read afterwards from a copy of the data folder: asking the daemon would choose the moment.
Used by tests/torture/ward.py, one reaper a daemon.
"""

import json
import random
import shutil
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.torture.forge import Mortal

LONGEST_LIFE_SECONDS = 5.5
COLD = 0.1
"""How often a life begins with the reading of modules, in which it may die."""

LOOK_SECONDS = 0.01
UNSEEN = "intake"
"""The alert fires, or is about to, and the store has no incident yet."""


class Toll:
    """How many deaths there are still to be, and what the past ones fell into; shared by all reapers."""

    def __init__(self, deaths: int) -> None:
        self.wanted, self.deaths = deaths, 0
        self.fell: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def paid(self) -> bool:
        """No more deaths."""
        return self.deaths >= self.wanted

    def take(self) -> bool:
        """One death, if there is one left."""
        with self._lock:
            if self.paid:
                return False
            self.deaths += 1
            return True

    def note(self, interrupted: list[str]) -> None:
        """What one death fell into."""
        with self._lock:
            self.fell.update(interrupted)


class Reaper:
    """A thread that owns the daemon's process; `struck` is told after each death which namespaces it hit."""

    def __init__(
        self, daemon: Mortal, dice: random.Random, toll: Toll, under_way: Callable[[], dict[str, int]]
    ) -> None:
        """`under_way` gives the namespaces whose incident is not over, with the deaths each may still be dealt."""
        self.daemon, self.deaths, self.died_at = daemon, 0, 0.0
        self._dice, self._toll, self._under_way = dice, toll, under_way
        self._aimed: float | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.struck: Callable[[list[str]], object] = lambda _namespaces: None

    def start(self) -> None:
        """The daemon begins its first life."""
        self.daemon.start()
        self._thread.start()

    def stop(self) -> None:
        """The last life ends too."""
        self._end.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.daemon.kill()

    def aim(self, seconds: float) -> None:
        """Something is about to happen that takes a moment only: this life ends within these seconds at the latest."""
        self._aimed = time.monotonic() + seconds

    def _run(self) -> None:
        while not self._end.is_set():
            if not self._live() or not self._toll.take():
                continue
            self.daemon.kill()
            self.deaths, self.died_at = self.deaths + 1, time.monotonic()
            hit = sorted(self._under_way())
            self._toll.note(interrupted(self.daemon.folder / "state", hit))
            self.struck(hit)
            self.daemon.revive(warm=self._dice.random() >= COLD)

    def _live(self) -> bool:
        """True when this life is over; False when told to end, or when nobody who may be hit was there at that moment."""
        self._aimed, ends = None, time.monotonic() + self._dice.uniform(0, LONGEST_LIFE_SECONDS)
        while time.monotonic() < min(ends, self._aimed or ends):
            if self._end.wait(LOOK_SECONDS):
                return False
        left = self._under_way()
        return bool(left) and min(left.values()) > 0 and not self._toll.paid


def interrupted(state: Path, namespaces: list[str]) -> list[str]:
    """For each namespace whose incident is not over: its phase, and how far the ledger was if an effect had begun."""
    with tempfile.TemporaryDirectory() as copy:
        for file in state.glob("steadyhand.db*"):
            shutil.copy(file, copy)
        with closing(sqlite3.connect(Path(copy) / "steadyhand.db")) as database:
            bodies = [json.loads(body) for (body,) in database.execute("select body from incidents")]
            begun = dict(
                database.execute(
                    "select incident_id, state from ledger where state in ('intent', 'executing')"
                ).fetchall()
            )
    found = {body["service"]["namespace"]: body for body in bodies if body["service"]}
    told = []
    for namespace in namespaces:
        if body := found.get(namespace):
            told.append(body["phase"] + (f" ({begun[body['id']]})" if body["id"] in begun else ""))
        else:
            told.append(UNSEEN)
    return told
