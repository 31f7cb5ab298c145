"""Where a service's indicator is found when nobody configured one: a table of metric conventions.

Adding a convention is one entry in CONVENTIONS. A convention is used when series of its metric exist
that can be joined to the service by one of its label pairs and that carry its status label.
"""

import re

from agent.model.entity import ServiceRef
from agent.model.query import Matcher, MatchOp, Select, Series
from agent.model.record import Record
from agent.model.slo import Sli

_SUFFIX = "[bcdfghjklmnpqrstvwxz2456789]"  # alphabet of Kubernetes' generated names (apimachinery util/rand)
POD_OF = rf"{{name}}-({_SUFFIX}{{{{5,10}}}}-)?{_SUFFIX}{{{{5}}}}|{{name}}-[0-9]{{{{1,4}}}}"
"""Pods of a Deployment or DaemonSet (generated suffixes) or of a StatefulSet (ordinals)."""

_POD = re.compile(rf"(?P<deployed>.+?)(-{_SUFFIX}{{5,10}})?-{_SUFFIX}{{5}}|(?P<stateful>.+)-[0-9]{{1,4}}")


def workload_of(pod: str) -> str:
    """The name of the workload that a pod's name is made of, as far as names tell; else the name itself."""
    found = _POD.fullmatch(pod)
    return (found["deployed"] or found["stateful"]) if found else pod


class Join(Record):
    """A pair of labels that says which workload a series belongs to; `pattern` is a regex template over {namespace} and {name}."""

    namespace: str = ""  # label that equals the namespace; "" when the name label alone decides
    name: str
    pattern: str = ""  # "" means equal to the name
    absent: list[str] = []  # labels that would say more precisely whose it is: with them this pair says nothing

    def matchers(self, service: ServiceRef) -> list[Matcher]:
        """The conditions that select this service's series."""
        narrowed = [Matcher(label=label, value="") for label in self.absent]
        if self.namespace:
            narrowed.append(Matcher(label=self.namespace, value=service.namespace))
        if not self.pattern:
            return [*narrowed, Matcher(label=self.name, value=service.name)]
        value = self.pattern.format(namespace=literal(service.namespace), name=literal(service.name))
        return [*narrowed, Matcher(label=self.name, op=MatchOp.REGEX, value=value)]

    def __str__(self) -> str:
        return " + ".join(filter(None, [self.namespace, self.name]))


def literal(text: str) -> str:
    """Matches itself only: a name comes from an alert's labels, and a Deployment's may hold dots."""
    return re.sub(r"([\\.^$*+?()|\[\]{}])", r"\\\1", text)


WORKLOAD_JOINS = [
    Join(namespace="namespace", name="service"),
    Join(namespace="namespace", name="deployment"),
    Join(namespace="k8s_namespace_name", name="k8s_deployment_name"),
    Join(namespace="namespace", name="pod", pattern=POD_OF),
    Join(namespace="k8s_namespace_name", name="k8s_pod_name", pattern=POD_OF),
    Join(namespace="kubernetes_namespace", name="kubernetes_pod_name", pattern=POD_OF),
    Join(namespace="exported_namespace", name="exported_pod", pattern=POD_OF),
    Join(namespace="namespace", name="app"),
    Join(namespace="namespace", name="app_kubernetes_io_name"),
    Join(namespace="service_namespace", name="service_name"),
    Join(namespace="namespace", name="container"),
    Join(namespace="namespace", name="job"),
    Join(name="job", pattern="{namespace}/{name}"),
    Join(name="service_name", absent=["service_namespace", "k8s_namespace_name"]),
]
"""How application metrics are usually labelled: by ServiceMonitor, by the OTel collector, by annotations, by hand."""

POD_LABELS = ["pod", "k8s_pod_name", "kubernetes_pod_name", "exported_pod", "pod_name"]
GRPC_SERVER_FAULTS = "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"
"""gRPC codes that are the server's fault (OpenTelemetry semantic conventions for RPC)."""
GRPC_SERVER_FAULT_NUMBERS = "2|4|12|13|14|15"


class Convention(Record):
    """One way services are measured: the counter, its status label and what counts as bad, the joins to try."""

    name: str
    metric: str
    status: str
    bad: str  # regex over the status label
    only: list[Matcher] = []  # further conditions, the same for good and bad
    joins: list[Join] = WORKLOAD_JOINS


def _http(name: str, metric: str, status: str) -> Convention:
    return Convention(name=name, metric=metric, status=status, bad="5..")


CONVENTIONS = [
    _http("OpenTelemetry HTTP server", "http_server_request_duration_seconds_count", "http_response_status_code"),
    _http("OpenTelemetry HTTP server (before 1.23)", "http_server_duration_milliseconds_count", "http_status_code"),
    Convention(
        name="OpenTelemetry RPC server",
        metric="rpc_server_duration_milliseconds_count",
        status="rpc_grpc_status_code",
        bad=GRPC_SERVER_FAULT_NUMBERS,
    ),
    Convention(
        name="gRPC server (go-grpc-prometheus)",
        metric="grpc_server_handled_total",
        status="grpc_code",
        bad=GRPC_SERVER_FAULTS,
    ),
    _http("HTTP counter with code", "http_requests_total", "code"),
    _http("HTTP counter with status", "http_requests_total", "status"),
    _http("HTTP counter with status_code", "http_requests_total", "status_code"),
    _http("HTTP histogram with code", "http_request_duration_seconds_count", "code"),
    _http("HTTP histogram with status", "http_request_duration_seconds_count", "status"),
    _http("HTTP histogram with status_code", "http_request_duration_seconds_count", "status_code"),
    _http("Spring Boot (Micrometer)", "http_server_requests_seconds_count", "status"),
    Convention(
        name="Istio",
        metric="istio_requests_total",
        status="response_code",
        bad="5..",
        only=[Matcher(label="reporter", value="destination")],
        joins=[
            Join(namespace="destination_workload_namespace", name="destination_workload"),
            Join(namespace="destination_service_namespace", name="destination_service_name"),
        ],
    ),
    Convention(
        name="Linkerd",
        metric="response_total",
        status="classification",
        bad="failure",
        only=[Matcher(label="direction", value="inbound")],
    ),
    Convention(
        name="ingress-nginx",
        metric="nginx_ingress_controller_requests",
        status="status",
        bad="5..",
        joins=[
            Join(namespace="exported_namespace", name="exported_service"),
            Join(namespace="namespace", name="service"),
        ],
    ),
    Convention(
        name="Traefik",
        metric="traefik_service_requests_total",
        status="code",
        bad="5..",
        joins=[
            Join(name="service", pattern="{namespace}-{name}-[^@-]+@kubernetes.*"),
            Join(name="exported_service", pattern="{namespace}-{name}-[^@-]+@kubernetes.*"),
        ],
    ),
    Convention(
        name="Envoy cluster",
        metric="envoy_cluster_upstream_rq_xx",
        status="envoy_response_code_class",
        bad="5",
        joins=[
            Join(
                name="envoy_cluster_name", pattern=r"{namespace}[_/]{name}[_/].*|outbound\|.*\|{name}\.{namespace}\..*"
            )
        ],
    ),
]


def selectors(service: ServiceRef) -> list[Select]:
    """What to ask a metrics source to learn which conventions a service follows."""
    return [
        Select(metric=convention.metric, matchers=[*convention.only, *join.matchers(service)])
        for convention in _distinct_metrics()
        for join in convention.joins
    ]


def _distinct_metrics() -> list[Convention]:
    return list({convention.metric: convention for convention in reversed(CONVENTIONS)}.values())[::-1]


def find_sli(service: ServiceRef, existing: list[Series]) -> Sli | None:
    """The first convention in the table whose series exist for the service, or None."""
    for convention in CONVENTIONS:
        for join in convention.joins:
            total = Select(metric=convention.metric, matchers=[*convention.only, *join.matchers(service)])
            mine = [s.labels for s in existing if total.accepts(s.labels) and convention.status in s.labels]
            if mine:
                return _sli(convention, join, total, mine)
    return None


def _sli(convention: Convention, join: Join, total: Select, mine: list[dict[str, str]]) -> Sli:
    failed = Matcher(label=convention.status, op=MatchOp.REGEX, value=convention.bad)
    pods = next((label for label in POD_LABELS if all(label in labels for labels in mine)), "")
    return Sli(
        total=total,
        bad=total.where(failed),
        pod_label=pods,
        why=(
            f'by convention "{convention.name}": {convention.metric}, bad is {convention.status}=~"{convention.bad}", '
            f"joined by {join} ({len(mine)} series)"
        ),
    )
