"""The cluster's other facts an investigation asks for: events, services, nodes, configuration, log lines."""

from agent.model.entity import Entity
from agent.model.record import Instant, Record


class KubeEvent(Record):
    """One Kubernetes Event (they live about an hour)."""

    entity: Entity
    type: str  # Normal or Warning
    reason: str
    message: str = ""
    count: int = 1
    first_at: Instant | None = None
    last_at: Instant | None = None


class ServiceEndpoints(Record):
    """A Service and what its EndpointSlices hold."""

    entity: Entity
    selector: dict[str, str] = {}
    ready: int = 0
    not_ready: int = 0
    pods: list[str] = []


class Node(Record):
    """One node's health and place."""

    name: str
    ready: bool
    unschedulable: bool = False
    zone: str = ""
    created_at: Instant
    conditions: dict[str, str] = {}


class ConfigObject(Record):
    """A ConfigMap's or Secret's identity without its values: a digest, the keys, who changed it when."""

    entity: Entity
    digest: str  # of the data; a Secret we may not read: of its resourceVersion
    keys: list[str] = []
    created_at: Instant
    changed_at: Instant | None = None
    changed_by: str = ""


class LogLine(Record):
    """One line, secrets masked."""

    at: Instant | None = None
    text: str


class LogExcerpt(Record):
    """The end of one container's log."""

    pod: str
    container: str
    previous: bool = False  # of the run before the last restart
    lines: list[LogLine]
    truncated: bool = False
