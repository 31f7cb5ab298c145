"""Who calls whom: from client-side, mesh and trace metrics, and from host names in the configuration.

Adding a kind of edge metric is one entry in EDGE_CONVENTIONS.
"""

import re

from agent.model.entity import ServiceRef
from agent.model.profile import Edge
from agent.model.query import Matcher, MatchOp, Select, Series
from agent.model.record import Record
from agent.model.slo import Sli
from agent.slo.conventions import WORKLOAD_JOINS, Join, literal


class EdgeConvention(Record):
    """One way outgoing calls are measured: the counter, the label naming the callee, what counts as bad."""

    name: str
    metric: str
    callee: str
    callee_namespace: str = ""  # label with the callee's namespace; "" where the callee's label says it all
    failed: Matcher | None = None
    failed_metric: str = ""  # where failures are a counter of their own
    refused: str = ""  # regex over the label of `failed`: the callee would not take what it was asked
    only: list[Matcher] = []
    joins: list[Join] = WORKLOAD_JOINS


EDGE_CONVENTIONS = [
    EdgeConvention(
        name="OpenTelemetry HTTP client",
        metric="http_client_request_duration_seconds_count",
        callee="server_address",
        failed=Matcher(label="http_response_status_code", op=MatchOp.REGEX, value="5..|"),
        refused="4..",
    ),
    EdgeConvention(
        name="OpenTelemetry RPC client",
        metric="rpc_client_duration_milliseconds_count",
        callee="server_address",
        failed=Matcher(label="rpc_grpc_status_code", op=MatchOp.REGEX, value="2|4|8|13|14|15"),
        refused="3|5|7|9|11|12|16",
    ),
    EdgeConvention(
        name="Istio",
        metric="istio_requests_total",
        callee="destination_service_name",
        callee_namespace="destination_service_namespace",
        failed=Matcher(label="response_code", op=MatchOp.REGEX, value="5..|0"),
        refused="4..",
        only=[Matcher(label="reporter", value="source")],
        joins=[Join(namespace="source_workload_namespace", name="source_workload")],
    ),
    EdgeConvention(
        name="Linkerd",
        metric="response_total",
        callee="dst_deployment",
        callee_namespace="dst_namespace",
        failed=Matcher(label="classification", value="failure"),
        only=[Matcher(label="direction", value="outbound")],
    ),
    EdgeConvention(
        name="trace service graph",
        metric="traces_service_graph_request_total",
        callee="server",
        failed_metric="traces_service_graph_request_failed_total",
        joins=[Join(name="client")],
    ),
]

_IN_CLUSTER = re.compile(r"(?P<name>[a-z0-9-]+)(\.(?P<namespace>[a-z0-9-]+)(\.svc(\.[a-z0-9.-]+)?)?)?")
_ADDRESS = re.compile(r"[0-9.]+|localhost")


def selectors(service: ServiceRef) -> list[Select]:
    """What to ask a metrics source to learn whom a service calls."""
    return [
        Select(metric=convention.metric, matchers=[*convention.only, *join.matchers(service)])
        for convention in EDGE_CONVENTIONS
        for join in convention.joins
    ]


def edges(service: ServiceRef, existing: list[Series], references: list[str]) -> list[Edge]:
    """Measured edges first, then those only known by a reference; one for each callee, self-calls left out."""
    found: dict[str, Edge] = {}
    for convention in EDGE_CONVENTIONS:
        for edge in _measured(service, convention, existing):
            found.setdefault(str(edge.callee), edge)
    for host in references:
        callee = resolve(host, service.namespace)
        if callee and callee != service:
            edge = Edge(
                caller=service, callee=callee, external=_is_external(host), known_by=f"configuration names {host}"
            )
            found.setdefault(str(callee), edge)
    return list(found.values())


def _measured(service: ServiceRef, convention: EdgeConvention, existing: list[Series]) -> list[Edge]:
    for join in convention.joins:
        total = Select(metric=convention.metric, matchers=[*convention.only, *join.matchers(service)])
        called = sorted({_callee(s.labels, convention) for s in existing if total.accepts(s.labels)})
        named = [(host, namespace) for host, namespace in called if host]
        if named:
            return [edge for host, namespace in named if (edge := _edge(service, convention, total, host, namespace))]
    return []


def _callee(labels: dict[str, str], convention: EdgeConvention) -> tuple[str, str]:
    """Host and, where a label of its own says it, namespace."""
    return labels.get(convention.callee, ""), labels.get(convention.callee_namespace, "")


def _edge(service: ServiceRef, convention: EdgeConvention, total: Select, host: str, namespace: str) -> Edge | None:
    callee = resolve(host, namespace or service.namespace)
    if callee is None or callee == service:
        return None
    calls = total.where(Matcher(label=convention.callee, value=host))
    if namespace:
        calls = calls.where(Matcher(label=convention.callee_namespace, value=namespace))
    failed = calls.where(convention.failed) if convention.failed else calls.evolve(metric=convention.failed_metric)
    return Edge(
        caller=service,
        callee=callee,
        external=_is_external(host),
        total=calls,
        bad=failed,
        known_by=f"{convention.name} metrics ({convention.callee}={host})",
    )


def everyone(edge: Edge) -> Sli | None:
    """The calls of all callers of an edge's callee and those that went wrong, split by caller; None where it is not measured.

    `pod_label` is the label that names the caller. Callers of the same namespace: only there a short host name
    means the same. An answer that the callee would not take what it was asked counts as wrong too.
    """
    for convention in EDGE_CONVENTIONS:
        for join in convention.joins:
            if edge.total is not None and _measures(convention, join, edge, edge.total):
                calls = edge.total.evolve(
                    matchers=[
                        _spelled(edge, m.label) if m.label == convention.callee and not edge.external else m
                        for m in edge.total.matchers
                        if m.label != join.name
                    ]
                )
                return Sli(total=calls, bad=_wrong(convention, calls), pod_label=join.name, why=edge.known_by)
    return None


def _measures(convention: EdgeConvention, join: Join, edge: Edge, total: Select) -> bool:
    needed = [*convention.only, *join.matchers(edge.caller)]
    named = any(m.label == convention.callee for m in total.matchers)
    return total.metric == convention.metric and named and all(m in total.matchers for m in needed)


def _wrong(convention: EdgeConvention, calls: Select) -> Select:
    if convention.failed is None:
        return calls.evolve(metric=convention.failed_metric)
    if not convention.refused:
        return calls.where(convention.failed)
    value = f"{convention.refused}|{convention.failed.value}"
    return calls.where(convention.failed.evolve(op=MatchOp.REGEX, value=value))


def _spelled(edge: Edge, label: str) -> Matcher:
    """The callee by any of the names it can be called by from the caller's namespace."""
    name, namespace = literal(edge.callee.name), literal(edge.callee.namespace)
    longer = rf"\.{namespace}(\.svc(\.[a-z0-9.-]+)?)?"
    short = "?" if edge.callee.namespace == edge.caller.namespace else ""
    return Matcher(label=label, op=MatchOp.REGEX, value=rf"{name}({longer}){short}(:[0-9]+)?")


def resolve(host: str, namespace: str) -> ServiceRef | None:
    """The service a host name means from inside a namespace; None for bare addresses, which say nothing."""
    if host.count(":") > 1:  # an IPv6 address
        return None
    host = host.partition(":")[0].rstrip(".").lower()
    if not host or _ADDRESS.fullmatch(host):
        return None
    if _is_external(host):
        return ServiceRef(namespace="external", name=host)
    named = _IN_CLUSTER.fullmatch(host)
    return ServiceRef(namespace=named["namespace"] or namespace, name=named["name"]) if named else None


def _is_external(host: str) -> bool:
    host = host.partition(":")[0].rstrip(".").lower()
    labels = host.split(".")
    return len(labels) > 1 and "svc" not in labels and (len(labels) > 2 or labels[-1] in _TOP_LEVEL)  # noqa: PLR2004 - a.b is ambiguous


_TOP_LEVEL = {"com", "net", "org", "io", "dev", "app", "cloud", "local", "internal", "eu", "de", "uk", "co"}
"""Two labels may be name.namespace or a registered domain: these endings are taken as a domain."""
