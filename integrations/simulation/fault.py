"""What can be wrong in the simulated world, and how much of a pod's requests it breaks.

`World` keeps a `FaultBoard`; `Traffic`, `Kubelet` and the log writer ask it. A fault that has ended
stays on the board, so that logs of the past still tell of it.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from agent.model.record import Instant, Record
from integrations.simulation.pod import SimulatedPod
from integrations.simulation.samples import Values
from integrations.simulation.shop import ServicePlan


class FaultKind(StrEnum):
    """The closed set of mechanisms."""

    CODE = "code"  # a build fails requests by its own code
    UNREADY = "unready"  # pods of a build, after the first few, never become ready
    ERRORS = "errors"  # every pod of a service fails requests, whatever its revision
    DISK = "disk"  # pods on one node fail requests
    CRASH = "crash"  # containers exit again and again
    DOWN = "down"  # containers run but are not ready: the service has no endpoints
    LEAK = "leak"  # memory grows up to the limit
    CONFIG = "config"  # pods that loaded the new value of a key fail requests
    DATA = "data"  # requests fail for a reason nothing in the cluster shows


class Fault(Record):
    """One thing that is wrong; `World` fills in where and since when."""

    kind: FaultKind
    ratio: float = 0.3  # of requests, 0 to 1
    route: str = ""  # only this one; "" is all
    after_seconds: float = 0.0  # CODE: how long a pod serves before it shows
    count: int = 0  # UNREADY: pods that still become ready
    bytes_per_second: float = 0.0  # LEAK
    service: str = ""
    build: str = ""  # CODE, UNREADY
    node: str = ""  # DISK
    config: str = ""  # CONFIG: name of the ConfigMap
    key: str = ""  # CONFIG
    value: str = ""  # CONFIG: the one that breaks them
    pods: list[str] = []  # LEAK: those that carry the state which grows
    start: Instant | None = None
    end: Instant | None = None

    def active(self, at: datetime) -> bool:
        """Whether it is in force at that time."""
        return self.start is not None and self.start <= at and (self.end is None or at < self.end)

    def ratio_on(self, pod: SimulatedPod, at: datetime) -> float:
        """The share of a pod's requests it breaks at that time."""
        return self.ratio if self.active(at) and self._touches(pod, at) else 0.0

    def _touches(self, pod: SimulatedPod, at: datetime) -> bool:
        match self.kind:
            case FaultKind.CODE:
                return pod.build == self.build and at >= pod.ready_at + timedelta(seconds=self.after_seconds)
            case FaultKind.DISK:
                return pod.node == self.node
            case FaultKind.CONFIG:
                return at >= self.loaded_at(pod)
            case FaultKind.LEAK:
                return pod.memory > 0.95 * pod.memory_limit
            case FaultKind.ERRORS | FaultKind.DATA:
                return True
            case FaultKind.UNREADY | FaultKind.CRASH | FaultKind.DOWN:
                return False

    def loaded_at(self, pod: SimulatedPod) -> datetime:
        """When a pod notices a changed ConfigMap: kubelets sync mounted volumes within about a minute."""
        if self.start is None or pod.started_at >= self.start:
            return pod.started_at
        delay = 5 + hashlib.sha256(pod.name.encode()).digest()[0] % 50
        return self.start + timedelta(seconds=delay)


class FaultBoard:
    """All faults there are and were."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self.faults.append(fault)

    def end(self, service: str, kinds: set[FaultKind], at: datetime) -> None:
        """End a service's faults of these kinds."""
        self.faults = [
            fault.evolve(end=at) if fault.service == service and fault.kind in kinds and fault.active(at) else fault
            for fault in self.faults
        ]

    def of(self, service: str, kind: FaultKind, at: datetime) -> Fault | None:
        """The fault of that kind in force on a service, if there is one."""
        found = (f for f in self.faults if f.service == service and f.kind is kind and f.active(at))
        return next(found, None)

    def culprit(self, service: str, pod: SimulatedPod, at: datetime) -> Fault | None:
        """The fault that breaks most of a pod's requests at that time."""
        mine = [fault for fault in self.faults if fault.service == service and fault.ratio_on(pod, at) > 0]
        return max(mine, key=lambda fault: fault.ratio, default=None)

    def touched(self, at: datetime) -> set[str]:
        """Services with any fault in force."""
        return {fault.service for fault in self.faults if fault.active(at)}

    def failing(self, plans: list[ServicePlan], pods: dict[str, list[SimulatedPod]], at: datetime) -> dict[str, Values]:
        """For services with a fault: the share of requests that fails by itself, one row a pod, one column a route."""
        touched = self.touched(at)
        return {
            plan.name: self._failing(plan, pods[plan.name], at)
            for plan in plans
            if plan.name in touched and pods[plan.name]
        }

    def _failing(self, plan: ServicePlan, pods: list[SimulatedPod], at: datetime) -> Values:
        share = np.full((len(pods), len(plan.routes)), plan.error_ratio)
        for fault in self.faults:
            if fault.service == plan.name and fault.active(at):
                broken = np.array([fault.ratio_on(pod, at) for pod in pods])
                where = np.array([fault.route in ("", route.name) for route in plan.routes])
                share = 1 - (1 - share) * (1 - broken[:, None] * where)
        return share
