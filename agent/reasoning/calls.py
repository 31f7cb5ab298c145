"""The map of a namespace: who calls whom, each edge saying how it is known. Wider than a profile's edges, and coarser.

From mesh, client and service-graph metrics, from trace spans, and from the host names that workloads
are configured with. Cycles are allowed; failure travels from callee to caller, and by a queue the other way.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from agent.model.entity import ServiceRef
from agent.model.evidence import Evidence
from agent.model.inventory import Declared, Estate
from agent.model.message import Span
from agent.model.query import Matcher, MatchOp, Select
from agent.model.question import MetricAnswer, SeriesQuestion
from agent.model.record import Record, Window
from agent.reasoning.topology import resolve

RECENT = timedelta(hours=1)


class Call(Record):
    """An edge from caller to callee, and every way it is known."""

    caller: ServiceRef
    callee: ServiceRef
    known_by: list[str]


class _Mapped(Record):
    """A metric whose labels name both ends of a call."""

    metric: str
    caller: list[str]  # labels, the first that is there
    callee: list[str]
    namespace: str = ""  # label with the caller's namespace
    only: list[Matcher] = []


_MAPPED = [
    _Mapped(metric="traces_service_graph_request_total", caller=["client"], callee=["server"]),
    _Mapped(
        metric="istio_requests_total",
        caller=["source_workload"],
        callee=["destination_service_name"],
        namespace="source_workload_namespace",
        only=[Matcher(label="reporter", value="source")],
    ),
    _Mapped(
        metric="response_total",
        caller=["deployment"],
        callee=["dst_deployment"],
        namespace="namespace",
        only=[Matcher(label="direction", value="outbound")],
    ),
    _Mapped(
        metric="http_client_request_duration_seconds_count",
        caller=["service", "deployment", "app", "service_name", "job"],
        callee=["server_address"],
        namespace="namespace",
    ),
    _Mapped(
        metric="hubble_flows_processed_total",
        caller=["source_workload", "source_app", "source"],
        callee=["destination_workload", "destination_app", "destination"],
        namespace="source_namespace",
    ),
]
"""Adding a way that calls are measured is one entry."""

HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^@/\s]*@)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::\d+)?", re.IGNORECASE)
"""The host of a URL, a host:port or a connection string."""

_DOTTED = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\.?(:\d+)?")
"""A host name and no workload's, which meshes write without a dot."""


def questions(namespace: str, anchor: datetime) -> list[SeriesQuestion]:
    """One question for the label sets that name both ends."""
    selectors = [
        Select(
            metric=mapped.metric,
            matchers=[
                *mapped.only,
                *([Matcher(label=mapped.namespace, value=namespace)] if mapped.namespace else []),
                Matcher(label=mapped.callee[0], op=MatchOp.NOT_EQUAL, value=""),
            ],
        )
        for mapped in _MAPPED
    ]
    return [SeriesQuestion(selectors=selectors, window=Window(start=anchor - RECENT, end=anchor))]


def read(namespace: str, evidence: list[Evidence], estate: Estate | None, spans: list[Span]) -> list[Call]:
    """Every edge, the measured ways first."""
    found: dict[tuple[str, str], list[str]] = {}
    named: dict[str, ServiceRef] = {}

    def add(caller: str, callee: ServiceRef | None, how: str) -> None:
        if callee is None or not caller or (callee.namespace == namespace and callee.name == caller):
            return
        named.setdefault(str(callee), callee)
        ways = found.setdefault((caller, str(callee)), [])
        if how not in ways:
            ways.append(how)

    _measured(namespace, evidence, add)
    _traced(namespace, spans, add)
    _configured(namespace, estate, add)
    return [
        Call(caller=ServiceRef(namespace=namespace, name=caller), callee=named[callee], known_by=ways)
        for (caller, callee), ways in found.items()
    ]


Add = Callable[[str, ServiceRef | None, str], None]


def _measured(namespace: str, evidence: list[Evidence], add: Add) -> None:
    by_name = {mapped.metric: mapped for mapped in _MAPPED}
    for item in evidence:
        if not isinstance(item.question, SeriesQuestion) or not isinstance(item.answer, MetricAnswer):
            continue
        for series in item.answer.series:
            mapped = by_name.get(series.labels.get("__name__", ""))
            if mapped is None:
                continue
            caller = next((series.labels[label] for label in mapped.caller if series.labels.get(label)), "")
            callee = next((series.labels[label] for label in mapped.callee if series.labels.get(label)), "")
            add(caller, _meant(callee, namespace), f"{mapped.metric} metrics")


def _meant(name: str, namespace: str) -> ServiceRef | None:
    """The callee of a metric's label: a host name that resolves, else the name as it stands."""
    if not name:
        return None
    found = resolve(name, namespace) if _DOTTED.fullmatch(name) else None
    if found and found.namespace == "external":
        return found.evolve(name=name)  # as it is written, for whoever measures it writes it like that
    return found or ServiceRef(namespace=namespace, name=name)


def _traced(namespace: str, spans: list[Span], add: Add) -> None:
    by_id = {(span.trace, span.id): span for span in spans}
    for span in spans:
        parent = by_id.get((span.trace, span.parent))
        if parent and parent.service != span.service:
            add(parent.service, ServiceRef(namespace=namespace, name=span.service), "trace spans")
        if span.peer and span.peer != span.service:
            add(span.service, _meant(span.peer, namespace), "trace spans")


def _configured(namespace: str, estate: Estate | None, add: Add) -> None:
    if estate is None:
        return
    routes = {route.entity.name for route in estate.routes}
    for workload in estate.workloads:
        for name, variable in hosts(workload).items():
            callee = resolve(name, namespace)
            if callee and callee.namespace == namespace and callee.name in routes:
                add(workload.entity.name, callee, f"environment variable {variable}")


def hosts(workload: Declared) -> dict[str, str]:
    """Host names in a workload's plain environment, each with the variable it stands in."""
    found: dict[str, str] = {}
    for container in workload.template.containers:
        for variable, value in container.environment.items():
            for part in re.split(r"[,;\s]+", value):
                if match := HOST.fullmatch(
                    part.partition("/")[0] if "://" not in part else "/".join(part.split("/")[:3])
                ):
                    found.setdefault(match[1].lower(), variable)
    return found
