"""What an investigation may ask, as values: the closed set of questions and the shapes of their answers.

A question goes to one port (`agent.ports`), comes back as an answer or a `Gap`, and both together
are one piece of evidence. Replays and benchmark cases answer the same values.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from agent.model.change import Change
from agent.model.cluster import ConfigObject, KubeEvent, LogExcerpt, Node, ServiceEndpoints
from agent.model.entity import Entity
from agent.model.inventory import Estate
from agent.model.message import Message, Span
from agent.model.pod import Pod
from agent.model.query import Query, Select, Series
from agent.model.record import Instant, Record, Window
from agent.model.workload import Revision, Workload


class InstantQuestion(Record):
    """The value of a query at one moment; when only `exploring`, that there is nothing of the kind is an answer."""

    kind: Literal["instant"] = "instant"
    query: Query
    at: Instant
    exploring: bool = False


class RangeQuestion(Record):
    """A query's values over a window, one every `step_seconds`, starting at window.start; `exploring` as for a moment."""

    kind: Literal["range"] = "range"
    query: Query
    window: Window
    step_seconds: int = Field(default=15, gt=0)
    exploring: bool = False


class SeriesQuestion(Record):
    """Which series matching any of the selectors existed in the window (label sets only, no samples)."""

    kind: Literal["series"] = "series"
    selectors: list[Select]
    window: Window


class WorkloadQuestion(Record):
    """The workload behind a name: a Deployment, StatefulSet or DaemonSet so called, else what a Service so called selects."""

    kind: Literal["workload"] = "workload"
    namespace: str
    name: str


class RevisionsQuestion(Record):
    """The existing revisions of a workload, newest number first."""

    kind: Literal["revisions"] = "revisions"
    entity: Entity


class PodsQuestion(Record):
    """The pods a workload owns now."""

    kind: Literal["pods"] = "pods"
    entity: Entity


class ConfigsQuestion(Record):
    """The ConfigMaps and Secrets a workload's pod template refers to; values are never part of the answer."""

    kind: Literal["configs"] = "configs"
    entity: Entity


class EventsQuestion(Record):
    """The Events of a namespace, oldest first."""

    kind: Literal["events"] = "events"
    namespace: str


class ServicesQuestion(Record):
    """The Services of a namespace with their endpoints."""

    kind: Literal["services"] = "services"
    namespace: str


class NodesQuestion(Record):
    """All nodes."""

    kind: Literal["nodes"] = "nodes"


class LogsQuestion(Record):
    """The end of one container's log; an empty container name means the pod's first."""

    kind: Literal["logs"] = "logs"
    namespace: str
    pod: str
    container: str = ""
    previous: bool = False
    lines: int = Field(default=400, gt=0, le=5000)


class ChangesQuestion(Record):
    """Every change in a namespace within a window, oldest first."""

    kind: Literal["changes"] = "changes"
    namespace: str
    window: Window


class InventoryQuestion(Record):
    """The objects of a namespace and the nodes, as they are now."""

    kind: Literal["inventory"] = "inventory"
    namespace: str


class MessagesQuestion(Record):
    """Log lines of the services of a namespace within a window (no names: of all), oldest first, at most `limit` a service."""

    kind: Literal["messages"] = "messages"
    namespace: str
    services: list[str] = []
    window: Window
    limit: int = Field(default=500, gt=0, le=5000)


class SpansQuestion(Record):
    """Trace spans of a namespace within a window, oldest first."""

    kind: Literal["spans"] = "spans"
    namespace: str
    window: Window
    limit: int = Field(default=2000, gt=0, le=20000)


class ConnectQuestion(Record):
    """Whether a TCP connection to a port of a Service can be opened now, from where we are."""

    kind: Literal["connect"] = "connect"
    namespace: str
    service: str
    port: int


MetricQuestion = InstantQuestion | RangeQuestion | SeriesQuestion
_OfWorkload = WorkloadQuestion | RevisionsQuestion | PodsQuestion | ConfigsQuestion | LogsQuestion
_OfNamespace = EventsQuestion | ServicesQuestion | NodesQuestion | ChangesQuestion | ConnectQuestion
ClusterQuestion = _OfWorkload | _OfNamespace | InventoryQuestion | MessagesQuestion | SpansQuestion
Question = Annotated[MetricQuestion | ClusterQuestion, Field(discriminator="kind")]


REMARKS = ("PromQL warning:", "PromQL info:")
"""How Prometheus begins what it has to say about the query itself: the data is all there."""


class MetricAnswer(Record):
    """Series for a metric question; `text` is the PromQL a person can paste."""

    kind: Literal["metrics"] = "metrics"
    series: list[Series]
    text: str = ""
    warnings: list[str] = []

    @property
    def unseen(self) -> list[str]:
        """What is missing by the source's own account: a store behind it that did not answer, a result cut off."""
        return [warning for warning in self.warnings if not warning.startswith(REMARKS)]


class Workloads(Record):
    """The workloads a name resolves to: more than one when a Service selects several."""

    kind: Literal["workloads"] = "workloads"
    items: list[Workload]


class Revisions(Record):
    """Revisions, newest number first."""

    kind: Literal["revisions"] = "revisions"
    items: list[Revision]


class Pods(Record):
    """Pods in name order."""

    kind: Literal["pods"] = "pods"
    items: list[Pod]


class Configs(Record):
    """Configuration objects in name order."""

    kind: Literal["configs"] = "configs"
    items: list[ConfigObject]
    unseen: list[str] = []  # what else is referred to and could not be read, each with the reason


class Events(Record):
    """Events, oldest first."""

    kind: Literal["events"] = "events"
    items: list[KubeEvent]


class Services(Record):
    """Services in name order."""

    kind: Literal["services"] = "services"
    items: list[ServiceEndpoints]


class Nodes(Record):
    """Nodes in name order."""

    kind: Literal["nodes"] = "nodes"
    items: list[Node]


class Logs(Record):
    """One excerpt."""

    kind: Literal["logs"] = "logs"
    excerpt: LogExcerpt


class Changes(Record):
    """Changes, oldest first."""

    kind: Literal["changes"] = "changes"
    items: list[Change]
    unseen: list[str] = []  # kinds of change that could not be looked for, each with the reason


class Inventory(Record):
    """One namespace's objects; what could not be read is named, not missing."""

    kind: Literal["inventory"] = "inventory"
    estate: Estate
    unseen: list[str] = []


class Messages(Record):
    """Log lines, oldest first."""

    kind: Literal["messages"] = "messages"
    items: list[Message]
    unseen: list[str] = []  # services whose logs could not be read, each with the reason


class Spans(Record):
    """Spans, oldest first."""

    kind: Literal["spans"] = "spans"
    items: list[Span]


class Connected(Record):
    """Whether the connection was accepted, and if not why."""

    kind: Literal["connected"] = "connected"
    accepted: bool
    detail: str = ""


_AboutWorkload = Workloads | Revisions | Pods | Configs | Logs
_AboutNamespace = Events | Services | Nodes | Changes | Connected
ClusterAnswer = _AboutWorkload | _AboutNamespace | Inventory | Messages | Spans


class GapReason(StrEnum):
    """Why a question has no answer; closed, so that coverage can count."""

    NOT_CONFIGURED = "not configured"  # there is no such source here
    REFUSED = "refused"  # 401, 403: we may not look
    FAILED = "failed"  # the source answered with an error, or not at all
    TIMED_OUT = "timed out"
    EMPTY = "empty"  # it answered: there is no such data
    OUT_OF_RANGE = "out of range"  # outside what the source keeps, or over a limit of size


class Gap(Record):
    """A question that came back without data, in words a person can act on."""

    kind: Literal["gap"] = "gap"
    reason: GapReason
    detail: str


Reply = Annotated[MetricAnswer | ClusterAnswer | Gap, Field(discriminator="kind")]
"""What any question comes back with."""
