"""One shop that falls ill and is treated by a daemon that keeps dying: opened, broken, answered for, and judged at the end.

Everything is done and read as from outside: the API server, the daemon's HTTP door, the API server's audit log.
A person approves whatever is asked and sends the answer again until it is known to have arrived. In half of
the shops another trouble begins as soon as the rollback is written, so that it must be taken back.
Used by tests/torture/ward.py, one thread a patient.
"""

import random
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.cluster.api import Api, until
from tests.cluster.audit import Write
from tests.e2e.daemon import Daemon, last_lines
from tests.torture.judgement import Record
from tests.torture.reaper import Reaper

SERVICE = "checkout"
CALM_SECONDS = 32.0
"""How long the shop runs undisturbed, so that there is a normal to compare with."""

DEADLINE_SECONDS = 240.0
"""An incident that is not over so long after the last death is stuck."""

MOST_DEATHS = 14
"""One incident is dealt no more than these: it must be able to end before the last death of all."""

AIM = 0.5
"""How often a phase that is over in no time is aimed at."""


LOOK_SECONDS = 0.1
CLOSE_LOOK_SECONDS = 0.02
"""While an undo is near, which is over in no time."""


@dataclass
class Patient:
    """A namespace with one Deployment, and the incident about it."""

    namespace: str
    api: Api
    reaper: Reaper
    dice: random.Random
    relapses: bool  # another trouble follows the rollback
    spoil: Any  # (namespace, service, ratio): that share of its requests fails from now on
    deaths: int = 0
    ill: bool = False  # the bad release is out, and the incident is not over
    _before: int = 0  # generation of the bad release
    _seen: set[str] = field(default_factory=set)
    _broken: bool = False

    @property
    def daemon(self) -> Daemon:
        """The one that dies."""
        return self.reaper.daemon

    def open(self) -> None:
        """A shop that has run well for a while."""
        self.api.namespace(self.namespace)
        self.api.service(self.namespace, SERVICE, {"app": SERVICE})
        self._release("v1")
        slow = {"minReadySeconds": 2, "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}
        path = f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{SERVICE}"
        self.api.patch(path, {"spec": slow})  # for a while both revisions serve, which tells them apart
        self.api.rolled_out(self.namespace, SERVICE, seconds=180)
        time.sleep(CALM_SECONDS)

    def fall_ill(self) -> None:
        """Somebody rolls out a bad release."""
        self._release("bad-v2")
        self._before = self._generation()
        self.ill = True

    def treat(self) -> bool:
        """Answer what is asked until the incident is over; False when it is stuck."""
        began = time.monotonic()
        while time.monotonic() < max(began, self.reaper.died_at) + DEADLINE_SECONDS:
            pause = LOOK_SECONDS
            try:
                self._relapse()
                incidents = self.incidents()
                if incidents and all(each["phase"] == "closed" for each in incidents) and self._remembered(incidents):
                    self.ill = False
                    return True
                for each in incidents:
                    self._attend(each["id"], each["phase"])
                if self._broken and any(each["phase"] == "verify" for each in incidents):
                    pause = CLOSE_LOOK_SECONDS
            except (httpx.HTTPError, KeyError):
                pass  # it is dead, or not up yet
            time.sleep(pause)
        self.ill = False
        return False

    def incidents(self) -> list[dict[str, Any]]:
        """All there are about this shop."""
        wanted = {"namespace": self.namespace, "name": SERVICE}
        return [each for each in self.daemon.incidents() if each["service"] == wanted]

    def record(self, writes: list[Write], *, ended: bool) -> Record:
        """All there is to judge by; the daemon may be dead just now, and is waited for."""

        def read() -> Record | None:
            try:
                return self._record(writes, ended=ended)
            except httpx.HTTPError:
                return None

        return until(read, f"a daemon that tells about {self.namespace}", DEADLINE_SECONDS)

    def _record(self, writes: list[Write], *, ended: bool) -> Record:
        incidents = self.incidents()
        return Record(
            namespace=self.namespace,
            relapses=self.relapses,
            deaths=self.deaths,
            ended=ended,
            incidents=incidents,
            journal=[entry for each in incidents for entry in self.daemon.journal(each["id"])],
            writes=writes,
            generations=self._generation() - self._before,
            image=self._image(),
            log=last_lines(self.daemon.log(), 15),
        )

    def leave(self) -> None:
        """The namespace goes."""
        self.api.delete(f"/api/v1/namespaces/{self.namespace}")

    def _attend(self, incident: str, phase: str) -> None:
        """A person says yes; and now and then death follows close on what takes a moment only."""
        if asked := self.daemon.proposal(incident):
            self._perhaps(0.8, f"answer {asked['digest']}")
            self.daemon.decide(incident, asked["digest"], "approved", "go ahead")
        elif phase == "verify":
            if self._broken and any(each["topic"] == "verified" for each in self.daemon.journal(incident)):
                self._perhaps(0.3, "verified")
        elif phase == "undo":
            self._perhaps(0.1, phase)
        elif phase != "waiting":
            self._perhaps(2.0, phase)

    def _perhaps(self, seconds: float, moment: str) -> None:
        if moment not in self._seen:
            self._seen.add(moment)
            if self.dice.random() < AIM:
                self.reaper.aim(self.dice.uniform(0, seconds))

    def _relapse(self) -> None:
        if self.relapses and not self._broken and self._generation() > self._before:
            self.spoil(self.namespace, SERVICE, 0.6)
            self._broken = True

    def _remembered(self, incidents: list[dict[str, Any]]) -> bool:
        return all(any(e["topic"] == "remembered" for e in self.daemon.journal(each["id"])) for each in incidents)

    def _release(self, tag: str) -> None:
        labels = {"steadyhand-e2e": "shop"}
        self.api.deploy(self.namespace, SERVICE, f"shop/{SERVICE}:{tag}", replicas=3, labels=labels)

    def _generation(self) -> int:
        return int(self.api.deployment(self.namespace, SERVICE)["metadata"]["generation"])

    def _image(self) -> str:
        template = self.api.deployment(self.namespace, SERVICE)["spec"]["template"]
        return str(template["spec"]["containers"][0]["image"]).rpartition(":")[2]
