"""Who calls whom: measured edges, references, host names, externals, and calls to oneself."""

import pytest

from agent.model.entity import ServiceRef
from agent.model.query import Series
from agent.reasoning.topology import EDGE_CONVENTIONS, edges, resolve, selectors
from tests.reasoning.builders import CHECKOUT, PAYMENTS

POD = {"namespace": "shop", "pod": "checkout-7d9f8c6b5d-x2x4z"}
ISTIO = {"reporter": "source", "source_workload_namespace": "shop", "source_workload": "checkout"}


def series(metric: str, **labels: str) -> Series:
    return Series(labels={"__name__": metric, **labels})


ROWS = [
    # convention, metric, labels that say shop/checkout calls payments, label of the outcome, bad values, fine values
    ("OpenTelemetry HTTP client", "http_client_request_duration_seconds_count", {**POD, "server_address": "payments"}, "http_response_status_code", ["500", ""], ["200", "404"]),
    ("OpenTelemetry RPC client", "rpc_client_duration_milliseconds_count", {**POD, "server_address": "payments"}, "rpc_grpc_status_code", ["14", "4"], ["0", "5"]),
    ("Istio", "istio_requests_total", {**ISTIO, "destination_service_name": "payments"}, "response_code", ["503", "0"], ["200"]),
    ("Linkerd", "response_total", {**POD, "direction": "outbound", "dst_deployment": "payments"}, "classification", ["failure"], ["success"]),
]  # fmt: skip
GRAPH = "traces_service_graph_request_total"


def test_every_edge_convention_has_a_row_or_a_test_of_its_own():
    assert [c.name for c in EDGE_CONVENTIONS] == [*(row[0] for row in ROWS), "trace service graph"]


@pytest.mark.parametrize(("convention", "metric", "labels", "outcome", "bad", "fine"), ROWS, ids=[r[0] for r in ROWS])
def test_calls_and_failed_calls_are_selected(convention, metric, labels, outcome, bad, fine):
    told = [series(metric, **labels, **{outcome: value}) for value in (*bad, *fine)]
    (edge,) = edges(CHECKOUT, told, [])
    assert (edge.caller, edge.callee, edge.external) == (CHECKOUT, PAYMENTS, False)
    assert convention in edge.known_by
    assert all(edge.total.accepts(one.labels) for one in told)
    assert [one.labels[outcome] for one in told if edge.bad.accepts(one.labels)] == bad
    assert all(any(selector.accepts(one.labels) for selector in selectors(CHECKOUT)) for one in told)


def test_a_trace_graph_has_failures_in_a_counter_of_their_own():
    (edge,) = edges(CHECKOUT, [series(GRAPH, client="checkout", server="payments")], [])
    assert edge.callee == PAYMENTS
    assert edge.bad.accepts(
        {"__name__": "traces_service_graph_request_failed_total", "client": "checkout", "server": "payments"}
    )
    assert not edge.bad.accepts({"__name__": GRAPH, "client": "checkout", "server": "payments"})


def test_the_edge_of_one_callee_does_not_count_calls_to_another():
    told = [series(GRAPH, client="checkout", server=name) for name in ("payments", "stock")]
    found = edges(CHECKOUT, told, [])
    assert [edge.callee.name for edge in found] == ["payments", "stock"]
    assert [[one.labels["server"] for one in told if edge.total.accepts(one.labels)] for edge in found] == [
        ["payments"],
        ["stock"],
    ]


def test_calls_of_others_are_not_ours():
    told = [
        series(GRAPH, client="basket", server="payments"),
        series("istio_requests_total", **{**ISTIO, "source_workload": "basket"}, destination_service_name="payments"),
        series("istio_requests_total", **{**ISTIO, "reporter": "destination"}, destination_service_name="payments"),
    ]
    assert edges(CHECKOUT, told, []) == []


@pytest.mark.parametrize(
    "labels",
    [
        {"destination_service_name": "payments", "destination_service_namespace": "billing"},
        {
            "destination_service_name": "payments",
            "destination_workload_namespace": "billing",
            "destination_service_namespace": "billing",
        },
    ],
)
def test_istio_says_which_namespace_is_called(labels):
    (edge,) = edges(CHECKOUT, [series("istio_requests_total", **ISTIO, **labels, response_code="503")], [])
    assert edge.callee == ServiceRef(namespace="billing", name="payments")
    elsewhere = {"__name__": "istio_requests_total", **ISTIO, **labels, "destination_service_namespace": "other"}
    assert not edge.total.accepts(elsewhere)


def test_linkerd_says_which_namespace_is_called():
    told = series("response_total", **POD, direction="outbound", dst_deployment="payments", dst_namespace="billing")
    (edge,) = edges(CHECKOUT, [told], [])
    assert edge.callee == ServiceRef(namespace="billing", name="payments")


def test_a_reference_is_an_edge_without_counters():
    (edge,) = edges(CHECKOUT, [], ["payments:8080"])
    assert (edge.callee, edge.total, edge.bad, edge.external) == (PAYMENTS, None, None, False)
    assert edge.known_by == "configuration names payments:8080"


def test_a_measured_edge_goes_before_a_reference_to_the_same_callee():
    (edge,) = edges(
        CHECKOUT, [series(GRAPH, client="checkout", server="payments")], ["payments.shop.svc.cluster.local"]
    )
    assert edge.total is not None


@pytest.mark.parametrize(
    "host", ["checkout", "checkout.shop", "checkout.shop.svc.cluster.local:80", "localhost", "127.0.0.1"]
)
def test_calls_to_oneself_are_no_edge(host):
    assert edges(CHECKOUT, [series(GRAPH, client="checkout", server=host)], [host]) == []


def test_a_namesake_in_another_namespace_is_not_oneself():
    (edge,) = edges(CHECKOUT, [], ["checkout.staging"])
    assert edge.callee == ServiceRef(namespace="staging", name="checkout")


def test_an_external_host_is_an_edge_out_of_the_cluster():
    (edge,) = edges(CHECKOUT, [], ["api.example.com:443"])
    assert (edge.external, edge.callee) == (True, ServiceRef(namespace="external", name="api.example.com"))


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("payments", "shop/payments"),
        ("Payments", "shop/payments"),
        ("payments:8080", "shop/payments"),
        ("payments.billing", "billing/payments"),
        ("payments.billing.svc", "billing/payments"),
        ("payments.billing.svc.cluster.local", "billing/payments"),
        ("payments.billing.svc.cluster.local.", "billing/payments"),
        ("payments.billing.svc.my-cluster.example", "billing/payments"),
        ("api.example.com", "external/api.example.com"),
        ("example.com", "external/example.com"),
        ("db.eu-west-1.rds.example.com:5432", "external/db.eu-west-1.rds.example.com"),
        ("10.0.0.7", None),
        ("10.0.0.7:8080", None),
        ("localhost:9090", None),
        ("::1", None),
        ("[::1]:8080", None),
        ("fe80::1", None),
        ("fd00:10:96::a", None),
        ("2001:db8:0:0:0:0:0:1", None),
        ("", None),
        (":8080", None),
        ("what ever", None),
        ("under_score", None),
    ],
)
def test_a_host_name_means_a_service(host, service):
    found = resolve(host, "shop")
    assert (str(found) if found else None) == service
