"""The servers, and a few daemons that keep dying, each with shops one after the other: the whole of the SIGKILL run.

One real control plane, one real Prometheus and one real Alertmanager serve all; every daemon has a folder and a
process of its own. Used by tests/torture/test_kill.py.
"""

import random
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from tests.cluster.control_plane import Cluster
from tests.e2e.daemon import command
from tests.e2e.identity import USER, Identity
from tests.e2e.stage import Stage
from tests.e2e.switchboard import Switchboard
from tests.e2e.theatre import RULES, Door
from tests.servers import PrometheusServer, free_port
from tests.torture.forge import Forge, Mortal
from tests.torture.judgement import Judgement, judged
from tests.torture.patient import MOST_DEATHS, Patient
from tests.torture.reaper import Reaper, Toll

DAEMONS = 4
BEDS = 2
"""Shops that one daemon has at the same time."""

LATE_SECONDS = 3.0
"""After the end, for a second write or a second incident that must not come."""

QUICK: dict[str, Any] = {
    "verification": {"delay_seconds": 9, "window_seconds": 8, "min_events": 20},
    "budget": {"pause_seconds": 1},
    "policy": {"max_actions_per_hour": 100_000},
    "log": {"level": "info"},
}
"""A test's patience, and no cap on so many incidents an hour."""


class Wards(Switchboard):
    """An Alertmanager that sends every shop of a ward to that ward's daemon; `doors` are by prefix of the namespace."""

    def _command(self) -> list[str]:
        command = super()._command()
        path = self.folder / "alertmanager.yml"
        path.write_text(re.sub(r'namespace=\\"([^"\\]+)\\"', r'namespace=~\\"\1-.*\\"', path.read_text()))
        return command


class Ward:
    """One daemon, its reaper and its patients."""

    def __init__(self, hospital: "Hospital", name: str, settings: dict[str, Any]) -> None:
        self.hospital, self.name = hospital, name
        self.patients: list[Patient] = []
        self._dice = random.Random(f"{hospital.seed} {name}")
        self._admitted = 0
        self._lock = threading.Lock()
        door = hospital.doors[name]
        daemon = Mortal(hospital.folder / name, door.port, door.token, {**QUICK, **settings})
        daemon.forge = hospital.forge
        self.reaper = Reaper(daemon, random.Random(f"{hospital.seed} {name} deaths"), hospital.toll, self._ill)
        self.reaper.struck = self._struck

    def bed(self) -> list[Judgement]:
        """One patient after the other, until there have been deaths enough."""
        told = []
        while not self.hospital.toll.paid:
            patient = self._admit()
            try:
                patient.open()
            except (httpx.TransportError, TimeoutError):
                self.hospital.unopened += 1  # a slow machine: nothing of ours had begun
                continue
            told.append(self._treated(patient))
        return told

    def unbroken(self) -> str:
        """What `steadyhand audit verify` says of a chain that is not whole; the daemon is gone by now."""
        done = command("audit", "verify", "--config", str(self.reaper.daemon.folder / "steadyhand.yaml"))
        return "" if done.returncode == 0 else f"{self.name}: {done.stdout}{done.stderr}"

    def _treated(self, patient: Patient) -> Judgement:
        cluster = self.hospital.cluster
        try:
            patient.fall_ill()
            ended = patient.treat()
            time.sleep(LATE_SECONDS)
            written = [each for each in cluster.audit() or [] if each.namespace == patient.namespace]
            ours = [each for each in written if each.user == USER and each.changed]
            return judged(patient.record(ours, ended=ended))
        finally:
            patient.ill = False
            patient.leave()

    def _admit(self) -> Patient:
        with self._lock:
            number, self._admitted = self._admitted, self._admitted + 1
            dice = random.Random(self._dice.random())
            patient = Patient(
                f"{self.name}-{number}",
                self.hospital.cluster.api,
                self.reaper,
                dice,
                relapses=number % 2 == 1,
                spoil=self.hospital.stage.break_service,
            )
            self.patients.append(patient)
            return patient

    def _ill(self) -> dict[str, int]:
        return {patient.namespace: MOST_DEATHS - patient.deaths for patient in list(self.patients) if patient.ill}

    def _struck(self, namespaces: list[str]) -> None:
        for patient in list(self.patients):
            patient.deaths += patient.namespace in namespaces


class Hospital:
    """All of it, for so many deaths."""

    def __init__(self, cluster: Cluster, folder: Path, deaths: int, seed: int) -> None:
        self.cluster, self.folder, self.seed, self.toll = cluster, folder, seed, Toll(deaths)
        self.unopened = 0
        run = f"kill-{random.SystemRandom().getrandbits(24):06x}"
        self.doors = {f"{run}-{number}": Door(free_port(), f"token-{number}-{run}") for number in range(DAEMONS)}
        self.forge = Forge() if sys.platform == "linux" else None
        self.identity = Identity(cluster.api)
        self.stage = Stage(cluster.kubeconfig, free_port(), folder / "stage.log")
        routes = {name: (door.webhook, door.token) for name, door in self.doors.items()}
        self.switchboard = Wards(folder / "alertmanager", routes)
        self.prometheus = PrometheusServer(
            folder / "prometheus", [self.stage.target], RULES, alertmanager_port=self.switchboard.port
        )
        sources = {
            "prometheus": {"url": self.prometheus.url},
            "kubernetes": {"kubeconfig": str(self.identity.kubeconfig(folder / "kubeconfig"))},
        }
        self.wards = [Ward(self, name, sources) for name in self.doors]

    def run(self) -> list[Judgement]:
        """Until the last death was survived, or not."""
        self.switchboard.start()
        self.prometheus.start()
        with ThreadPoolExecutor(DAEMONS * BEDS) as beds:
            list(beds.map(lambda ward: ward.reaper.start(), self.wards))
            told = [beds.submit(ward.bed) for ward in self.wards for _ in range(BEDS)]
            return [judgement for bed in told for judgement in bed.result()]

    def close(self) -> list[str]:
        """Everything ends; what is wrong with the audits."""
        for ward in self.wards:
            ward.reaper.stop()
        if self.forge:
            self.forge.close()
        self.identity.withdraw()
        self.prometheus.stop()
        self.switchboard.stop()
        self.stage.stop()
        return [told for ward in self.wards if (told := ward.unbroken())]
