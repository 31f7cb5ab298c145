"""Pods and what their containers say."""

from enum import StrEnum

from agent.model.record import Instant, Record


class ContainerPhase(StrEnum):
    """The kubelet's three container states."""

    WAITING = "waiting"
    RUNNING = "running"
    TERMINATED = "terminated"


class Termination(Record):
    """How a container ended."""

    reason: str = ""
    message: str = ""
    exit_code: int = 0
    at: Instant | None = None


class Container(Record):
    """One container's state, and how its previous run ended."""

    name: str
    image: str = ""
    ready: bool = False
    restarts: int = 0
    phase: ContainerPhase = ContainerPhase.WAITING
    reason: str = ""  # of waiting: CrashLoopBackOff, ImagePullBackOff, …
    message: str = ""
    started_at: Instant | None = None
    ended: Termination | None = None  # this run, when terminated
    last_ended: Termination | None = None  # the run before


class Pod(Record):
    """One pod."""

    namespace: str
    name: str
    uid: str = ""
    owner: str = ""  # name of the ReplicaSet or other controller
    template_hash: str = ""
    node: str = ""
    phase: str = ""
    ready: bool = False
    created_at: Instant
    deleting: bool = False
    labels: dict[str, str] = {}
    containers: list[Container] = []
    conditions: dict[str, str] = {}
