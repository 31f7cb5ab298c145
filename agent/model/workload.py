"""A workload and its revisions, as the cluster holds them now."""

from agent.model.entity import Entity
from agent.model.record import Instant, Record


class FieldManager(Record):
    """Who last wrote part of an object (metadata.managedFields)."""

    manager: str
    operation: str
    at: Instant | None = None
    template: bool = False  # it owns fields of the pod template
    subresource: str = ""  # "scale" when it was written through that: what autoscalers do


class Workload(Record):
    """A Deployment, StatefulSet or DaemonSet; environment values that look secret are never kept."""

    entity: Entity
    uid: str
    generation: int
    observed_generation: int = 0
    resource_version: str
    spec_hash: str  # digest of .spec without .replicas
    replicas: int
    ready: int = 0
    updated: int = 0
    available: int = 0
    paused: bool = False
    selector: dict[str, str] = {}
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    images: dict[str, str] = {}  # container -> image
    references: list[str] = []  # host names in env values, args and command: who it may call
    memory_limits: dict[str, int] = {}  # container -> bytes
    managers: list[FieldManager] = []
    conditions: dict[str, str] = {}  # type -> "True: Reason: message"


class Revision(Record):
    """One named, still existing revision of a workload (a ReplicaSet of a Deployment)."""

    number: int
    name: str  # of the ReplicaSet
    template_hash: str  # label pod-template-hash
    created_at: Instant  # of the ReplicaSet: a rollback reuses it, so this may be long ago
    active_since: Instant | None = None  # when it last became the current one, where that can be told
    current: bool = False
    replicas: int = 0
    ready: int = 0
    images: dict[str, str] = {}
    template: str = ""  # the pod template as YAML, secrets masked: what a diff is made of
    change_cause: str = ""
