"""Where an indicator is found when nobody configured one. A new convention is one more row in ROWS."""

from typing import NamedTuple

import pytest

from agent.model.entity import ServiceRef
from agent.model.query import Series
from agent.slo.conventions import CONVENTIONS, WORKLOAD_JOINS, find_sli, selectors
from tests.reasoning.builders import CHECKOUT

POD = "checkout-7d9f8c6b5d-x2x4z"
IN_POD = {"namespace": "shop", "pod": POD}
ISTIO = {
    "reporter": "destination",
    "destination_workload_namespace": "shop",
    "destination_workload": "checkout",
}
NGINX = {"exported_namespace": "shop", "exported_service": "checkout"}


def series(metric: str, **labels: str) -> Series:
    return Series(labels={"__name__": metric, **labels})


class Row(NamedTuple):
    """A convention's name and metric, labels that join it to shop/checkout, its status label, values bad and not bad."""

    name: str
    metric: str
    labels: dict[str, str]
    status: str
    bad: list[str]
    fine: list[str]

    def one(self, **labels: str) -> Series:
        return series(self.metric, **{**self.labels, self.status: self.bad[0], **labels})


ROWS = [
    Row("OpenTelemetry HTTP server", "http_server_request_duration_seconds_count", IN_POD, "http_response_status_code", ["500", "503"], ["200", "404"]),
    Row("OpenTelemetry HTTP server (before 1.23)", "http_server_duration_milliseconds_count", IN_POD, "http_status_code", ["500"], ["200", "499"]),
    Row("OpenTelemetry RPC server", "rpc_server_duration_milliseconds_count", IN_POD, "rpc_grpc_status_code", ["2", "4", "13", "14"], ["0", "5", "1"]),
    Row("gRPC server (go-grpc-prometheus)", "grpc_server_handled_total", IN_POD, "grpc_code", ["Unavailable", "Internal"], ["OK", "NotFound"]),
    Row("HTTP counter with code", "http_requests_total", IN_POD, "code", ["500", "5xx"], ["200", "302"]),
    Row("HTTP counter with status", "http_requests_total", IN_POD, "status", ["502"], ["429"]),
    Row("HTTP counter with status_code", "http_requests_total", IN_POD, "status_code", ["504"], ["401"]),
    Row("HTTP histogram with code", "http_request_duration_seconds_count", IN_POD, "code", ["500"], ["200"]),
    Row("HTTP histogram with status", "http_request_duration_seconds_count", IN_POD, "status", ["500"], ["200"]),
    Row("HTTP histogram with status_code", "http_request_duration_seconds_count", IN_POD, "status_code", ["500"], ["200"]),
    Row("Spring Boot (Micrometer)", "http_server_requests_seconds_count", IN_POD, "status", ["500"], ["200"]),
    Row("Istio", "istio_requests_total", ISTIO, "response_code", ["503"], ["200", "0"]),
    Row("Linkerd", "response_total", {**IN_POD, "direction": "inbound"}, "classification", ["failure"], ["success"]),
    Row("ingress-nginx", "nginx_ingress_controller_requests", NGINX, "status", ["502"], ["200"]),
    Row("Traefik", "traefik_service_requests_total", {"service": "shop-checkout-8080@kubernetes"}, "code", ["500"], ["200"]),
    Row("Envoy cluster", "envoy_cluster_upstream_rq_xx", {"envoy_cluster_name": "shop/checkout/8080"}, "envoy_response_code_class", ["5"], ["2", "4"]),
]  # fmt: skip


def test_every_convention_of_the_table_has_a_row_here():
    assert [row.name for row in ROWS] == [convention.name for convention in CONVENTIONS]


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_convention_tells_bad_events_from_all_events(row):
    all_of_them = [row.one(**{row.status: value}) for value in (*row.bad, *row.fine)]
    sli = find_sli(CHECKOUT, all_of_them)
    assert f'"{row.name}"' in sli.why
    assert all(sli.total.accepts(one.labels) for one in all_of_them)
    assert [one.labels[row.status] for one in all_of_them if sli.bad.accepts(one.labels)] == row.bad
    assert sli.pod_label == ("pod" if "pod" in row.labels else "")


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_what_a_convention_needs_is_among_the_selectors_that_are_asked(row):
    assert any(selector.accepts(row.one().labels) for selector in selectors(CHECKOUT))


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
@pytest.mark.parametrize("other", ["checkout-api", "checkout-worker", "my-checkout", "checkou", "checkoutx"])
def test_a_similarly_named_service_is_never_taken_for_ours(row, other):
    theirs = {label: value.replace("checkout", other) for label, value in row.labels.items()}
    assert find_sli(CHECKOUT, [row.one(**theirs)]) is None


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_the_same_name_in_another_namespace_is_never_taken_for_ours(row):
    theirs = {label: value.replace("shop", "staging") for label, value in row.labels.items()}
    assert find_sli(CHECKOUT, [row.one(**theirs)]) is None


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_series_without_the_status_label_are_no_indicator(row):
    assert find_sli(CHECKOUT, [series(row.metric, **row.labels)]) is None


JOINED = [
    ({"namespace": "shop", "service": "checkout"}, "namespace + service"),
    ({"namespace": "shop", "deployment": "checkout"}, "namespace + deployment"),
    ({"k8s_namespace_name": "shop", "k8s_deployment_name": "checkout"}, "k8s_namespace_name + k8s_deployment_name"),
    ({"namespace": "shop", "pod": POD}, "namespace + pod"),
    ({"k8s_namespace_name": "shop", "k8s_pod_name": POD}, "k8s_namespace_name + k8s_pod_name"),
    ({"kubernetes_namespace": "shop", "kubernetes_pod_name": POD}, "kubernetes_namespace + kubernetes_pod_name"),
    ({"exported_namespace": "shop", "exported_pod": POD}, "exported_namespace + exported_pod"),
    ({"namespace": "shop", "app": "checkout"}, "namespace + app"),
    ({"namespace": "shop", "app_kubernetes_io_name": "checkout"}, "namespace + app_kubernetes_io_name"),
    ({"service_namespace": "shop", "service_name": "checkout"}, "service_namespace + service_name"),
    ({"namespace": "shop", "container": "checkout"}, "namespace + container"),
    ({"namespace": "shop", "job": "checkout"}, "namespace + job"),
    ({"job": "shop/checkout"}, "job"),
    ({"service_name": "checkout"}, "service_name"),
]


def test_every_join_of_the_table_has_a_row_here():
    assert [row[1] for row in JOINED] == [str(join) for join in WORKLOAD_JOINS]


@pytest.mark.parametrize(("labels", "join"), JOINED, ids=[row[1] for row in JOINED])
def test_a_series_is_joined_by_the_labels_it_has(labels, join):
    sli = find_sli(CHECKOUT, [series("http_requests_total", code="200", **labels)])
    assert f"joined by {join} " in sli.why


@pytest.mark.parametrize(
    ("pod", "ours"),
    [
        ("checkout-7d9f8c6b5d-x2x4z", True),  # Deployment
        ("checkout-5b8d9-x2x4z", True),  # a short hash
        ("checkout-x2x4z", True),  # DaemonSet
        ("checkout-0", True),  # StatefulSet
        ("checkout-1234", True),
        ("checkout-api-7d9f8c6b5d-x2x4z", False),
        ("checkout-worker-7d9f8c6b5d-x2x4z", False),
        ("checkout-api-0", False),
        ("checkout-api-x2x4z", False),
        ("checkout-v2-7d9f8c6b5d-x2x4z", False),
        ("checkout-2-7d9f8c6b5d-x2x4z", False),
        ("old-checkout-7d9f8c6b5d-x2x4z", False),
        ("checkout", False),
        ("checkout-28391040-x2x4z", False),  # a CronJob called checkout
    ],
)
def test_a_pod_belongs_to_its_own_workload_only(pod, ours):
    found = find_sli(CHECKOUT, [series("http_requests_total", code="200", namespace="shop", pod=pod)])
    assert (found is not None) is ours


@pytest.mark.parametrize(
    ("service", "ours"),
    [
        ("shop-checkout-8080@kubernetes", True),
        ("shop-checkout-http@kubernetes", True),
        ("shop-checkout-3f1f2ab0c9d8e7f61234@kubernetescrd", True),
        ("shop-checkout-api-8080@kubernetes", False),
        ("shop-checkout-8080@docker", False),
        ("staging-shop-checkout-8080@kubernetes", False),
    ],
)
def test_traefik_names_a_service_by_namespace_name_and_port(service, ours):
    found = find_sli(CHECKOUT, [series("traefik_service_requests_total", code="200", service=service)])
    assert (found is not None) is ours


@pytest.mark.parametrize(
    ("cluster", "ours"),
    [
        ("shop/checkout/8080", True),
        ("shop_checkout_8080", True),
        ("outbound|8080||checkout.shop.svc.cluster.local", True),
        ("outbound|8080|v2|checkout.shop.svc.cluster.local", True),
        ("outbound|8080||checkout-api.shop.svc.cluster.local", False),
        ("outbound|8080||checkout.staging.svc.cluster.local", False),
        ("shop/checkout-api/8080", False),
    ],
)
def test_envoy_names_a_cluster_by_namespace_and_name(cluster, ours):
    one = series("envoy_cluster_upstream_rq_xx", envoy_response_code_class="5", envoy_cluster_name=cluster)
    assert (find_sli(CHECKOUT, [one]) is not None) is ours


@pytest.mark.parametrize("label", ["service_namespace", "k8s_namespace_name"])
def test_a_name_alone_does_not_join_a_series_that_says_it_is_of_another_namespace(label):
    one = series("http_requests_total", code="200", service_name="checkout", **{label: "staging"})
    assert find_sli(CHECKOUT, [one]) is None


@pytest.mark.parametrize("name", ["checkout(", "checkout|.*", "che.kout", "[a-z]+", "checkout{1}", "a\\"])
def test_a_name_from_an_alert_is_no_regular_expression(name):
    service = ServiceRef(namespace="shop", name=name)
    others = [row.one() for row in ROWS]
    assert find_sli(service, others) is None
    assert not any(selector.accepts(one.labels) for selector in selectors(service) for one in others)


def test_a_workload_with_a_dot_in_its_name_is_found_by_its_pods():
    dotted = ServiceRef(namespace="shop", name="check.out")
    one = series("http_requests_total", code="200", namespace="shop", pod="check.out-7d9f8c6b5d-x2x4z")
    assert find_sli(dotted, [one]) is not None


def test_nothing_that_fits_is_none():
    assert find_sli(CHECKOUT, []) is None
    assert find_sli(CHECKOUT, [series("up", namespace="shop", service="checkout")]) is None


@pytest.mark.parametrize(("label", "value"), [("reporter", "source"), ("reporter", "waypoint")])
def test_istio_counts_once_at_the_destination(label, value):
    one = series("istio_requests_total", **{**ISTIO, label: value}, response_code="200")
    assert find_sli(CHECKOUT, [one]) is None


def test_linkerd_counts_inbound_only():
    assert (
        find_sli(CHECKOUT, [series("response_total", **IN_POD, direction="outbound", classification="failure")]) is None
    )


def test_the_earlier_convention_of_the_table_wins():
    later = series("http_requests_total", **IN_POD, code="200")
    earlier = series("http_server_request_duration_seconds_count", **IN_POD, http_response_status_code="200")
    assert "OpenTelemetry HTTP server" in find_sli(CHECKOUT, [later, earlier]).why


def test_the_report_is_told_metric_condition_join_and_how_many_series():
    rows = [series("http_requests_total", **IN_POD, code=code) for code in ("200", "500")]
    why = find_sli(CHECKOUT, rows).why
    assert (
        why
        == 'by convention "HTTP counter with code": http_requests_total, bad is code=~"5..", joined by namespace + pod (2 series)'
    )


def test_a_pod_label_that_some_series_lack_is_not_used():
    with_pod = series("http_requests_total", namespace="shop", service="checkout", pod=POD, code="200")
    without = series("http_requests_total", namespace="shop", service="checkout", code="200")
    assert find_sli(CHECKOUT, [with_pod, without]).pod_label == ""


def test_each_metric_is_asked_for_once_a_join():
    asked = [selector.model_dump_json() for selector in selectors(CHECKOUT)]
    assert len(asked) == len(set(asked))
