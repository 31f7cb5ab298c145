"""One simulated pod with its single container. The kubelet moves it on; traffic and faults read it."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from agent.model.pod import ContainerPhase, Termination
from integrations.simulation.samples import Rows


@dataclass
class SimulatedPod:
    """Times are virtual; `started_at` and `ready_at` belong to the container's present run."""

    name: str
    owner: str  # name of the ReplicaSet
    template_hash: str
    build: str
    image: str
    app: str
    node: str
    created_at: datetime
    started_at: datetime
    ready_at: datetime
    warm_up: float  # seconds from start to ready
    memory_limit: int
    memory: float = 0.0
    phase: ContainerPhase = ContainerPhase.WAITING
    reason: str = "ContainerCreating"
    message: str = ""
    ready: bool = False
    restarts: int = 0
    crashes: int = 0  # in a row, for the back-off
    resumes_at: datetime | None = None
    deleted_at: datetime | None = None
    last_ended: Termination | None = None
    ended_before: Termination | None = None  # of the run before that one
    last_started_at: datetime | None = None  # of the run before the present one
    rows: Rows = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    exposed: bool = False  # its series are scraped

    @property
    def running(self) -> bool:
        """Its process exists, and is scraped."""
        return self.phase is ContainerPhase.RUNNING and self.deleted_at is None

    @property
    def serving(self) -> bool:
        """It gets requests."""
        return self.running and self.ready
