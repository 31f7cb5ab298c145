"""Raw series become courses of services: whose they are, what they say, and what is derived from them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from agent.model.evidence import Evidence
from agent.model.query import Series
from agent.model.question import Gap, MetricAnswer
from agent.model.signal import SignalKind, Statistic
from agent.reasoning import signals
from agent.reasoning.courses import owner, statistic_of
from agent.reasoning.evaluate import answer
from agent.reasoning.promql import render
from agent.reasoning.signals import OWNERS, PODS, kind_of

NOW = datetime(2026, 11, 12, 14, 0, tzinfo=UTC)
TIMES = [NOW.timestamp() - 1800 + 15 * place for place in range(121)]


def series(name: str, values, times=TIMES, **labels: str) -> Series:
    return Series(
        labels={"__name__": name, "namespace": "shop", **labels}, times=times, values=[float(v) for v in values]
    )


def read(*stored: Series):
    evidence = []
    for place, question in enumerate(signals.questions("shop", NOW), 1):
        reply = answer(question, list(stored))
        evidence.append(Evidence(id=f"E{place}", question=question, answer=reply, asked_at=NOW))
    return {f"{s.service.name} {s.name}": s for s in signals.read("shop", evidence)}


KINDS = {
    "container_cpu_cfs_throttled_periods_total": SignalKind.THROTTLING,
    "http_request_duration_seconds mean": SignalKind.LATENCY,
    "lat_99": SignalKind.LATENCY,
    "latency_p99": SignalKind.LATENCY,
    "availability_average": SignalKind.AVAILABILITY,
    "http_requests_total": SignalKind.TRAFFIC,
    "container_memory_working_set_bytes": SignalKind.MEMORY,
    "mem": SignalKind.MEMORY,
    "hikaricp_connections_active": SignalKind.SATURATION,
    "kafka_consumergroup_lag": SignalKind.SATURATION,
    "container_network_receive_packets_dropped_total": SignalKind.ERRORS,
    "kube_pod_container_status_restarts_total": SignalKind.RESTARTS,
    "certificate_expiry_seconds": SignalKind.EXPIRY,
    "temperature": SignalKind.OTHER,
}


@pytest.mark.parametrize("name", KINDS)
def test_a_metric_is_known_by_its_words(name):
    assert kind_of(name) is KINDS[name]


@pytest.mark.parametrize(
    ("name", "statistic"),
    [
        ("latency_average", Statistic.MEAN),
        ("latency_p99", Statistic.QUANTILE),
        ("x quantile 0.5", Statistic.QUANTILE),
        ("availability_average", Statistic.RATIO),
        ("disk_used_percent", Statistic.RATIO),
        ("queue_length", Statistic.LEVEL),
    ],
)
def test_a_gauge_says_of_its_events_what_its_name_says(name, statistic):
    assert statistic_of(name) is statistic


OWNED = {
    "a label that names the service": ({"service": "cart", "pod": "cart-0"}, "cart"),
    "a Deployment's pod": ({"pod": "cart-api-7d9f8b6c5-x2x4z", "container": "app"}, "cart-api"),
    "a StatefulSet's pod": ({"pod": "db-0"}, "db"),
    "a DaemonSet's pod": ({"pod": "agent-bx5zq"}, "agent"),
    "cAdvisor, whose service is the kubelet": (
        {"__name__": "container_cpu_usage_seconds_total", "service": "kubelet", "pod": "db-0", "container": "mysql"},
        "db",
    ),
    "a claim": ({"__name__": "kubelet_volume_stats_used_bytes", "persistentvolumeclaim": "data-db-0"}, "data-db"),
    "a job without a pod": ({"job": "cart"}, "cart"),
    "nobody": ({"instance": "10.0.0.1:80"}, ""),
}


@pytest.mark.parametrize("name", OWNED)
def test_a_series_belongs_to(name):
    labels, expected = OWNED[name]
    assert owner(labels, OWNERS, PODS) == expected


def test_a_gauge_is_taken_as_it_is():
    found = read(series("cpu", range(121), service="cart"))["cart cpu"]
    assert (found.kind, found.statistic, found.evidence) == (SignalKind.CPU, Statistic.LEVEL, "E1")
    assert found.values[-1] == 120


def test_a_counter_becomes_a_rate_summed_over_pods_and_a_reset_leaves_no_spike():
    up = [15 * place if place < 60 else 15 * (place - 60) for place in range(121)]
    found = read(
        series("http_requests_total", up, pod="cart-7d9f8b6c5-x2x4z"),
        series("http_requests_total", [30 * place for place in range(121)], pod="cart-7d9f8b6c5-bbbbb"),
    )["cart http_requests_total"]
    assert found.kind is SignalKind.TRAFFIC
    assert max(found.values) == pytest.approx(3)
    assert found.values[0] == pytest.approx(3)


def test_the_share_of_each_class_of_codes_is_a_course():
    codes = {"200": 6, "404": 2, "403": 1, "503": 1}
    found = read(
        *(series("http_requests_total", [k * p for p in range(121)], service="a", code=c) for c, k in codes.items())
    )
    assert found["a http_requests_total errors: server faults, ratio"].values[-1] == pytest.approx(0.1)
    assert found["a http_requests_total errors: client faults, ratio"].values[-1] == pytest.approx(0.3)
    assert found["a http_requests_total errors: not allowed, ratio"].values[-1] == pytest.approx(0.1)
    assert found["a http_requests_total errors: server faults, ratio"].kind is SignalKind.ERRORS


def test_a_histogram_becomes_its_mean_and_its_quantiles():
    name = "http_request_duration_seconds"
    found = read(
        series(f"{name}_count", [10 * p for p in range(121)], service="a"),
        series(f"{name}_sum", [2.5 * p for p in range(121)], service="a"),
        *(
            series(f"{name}_bucket", [share * p for p in range(121)], service="a", le=le)
            for le, share in {"0.1": 5, "0.5": 9.9, "+Inf": 10}.items()
        ),
    )
    assert found[f"a {name} mean"].values[-1] == pytest.approx(0.25)
    assert found[f"a {name} p50"].values[-1] == pytest.approx(0.1)
    assert found[f"a {name} p99"].values[-1] == pytest.approx(0.5)
    assert found[f"a {name} mean"].kind is SignalKind.LATENCY


def test_use_is_held_against_its_limit():
    found = read(
        series("container_memory_working_set_bytes", [450] * 121, pod="db-0", container="db"),
        series("container_memory_working_set_bytes", [999] * 121, pod="db-0"),
        series("kube_pod_container_resource_limits", [500] * 121, pod="db-0", container="db", resource="memory"),
        series("container_cpu_cfs_throttled_periods_total", [4 * p for p in range(121)], pod="db-0", container="db"),
        series("container_cpu_cfs_periods_total", [10 * p for p in range(121)], pod="db-0", container="db"),
    )
    assert found["db memory in use of its limit"].values[-1] == pytest.approx(0.9)
    assert found["db throttled share of CPU periods"].values[-1] == pytest.approx(0.4)
    assert found["db throttled share of CPU periods"].kind is SignalKind.THROTTLING


def test_what_only_repeats_the_last_scrape_is_thinned():
    every_minute = TIMES[::4]
    found = read(series("cpu", np.random.default_rng(1).normal(size=len(every_minute)), every_minute, service="a"))[
        "a cpu"
    ]
    assert len(found.values) <= len(every_minute)


def test_the_long_course_is_taken_where_the_recent_one_is_too_coarse():
    times = [NOW.timestamp() - 300 * place for place in range(500)][::-1]
    found = read(series("latency_average", np.random.default_rng(1).normal(size=500), times, service="a"))[
        "a latency_average"
    ]
    assert len(found.values) == 500
    assert found.earlier_values == []


def test_two_days_before_come_beside_a_fine_course():
    times = [NOW.timestamp() - 15 * place for place in range(11_000)][::-1]
    found = read(series("cpu", np.random.default_rng(1).normal(size=11_000), times, service="a"))["a cpu"]
    assert len(found.values) == 121
    assert len(found.earlier_values) > 400
    assert found.earlier_times[-1] < found.times[0]


def test_a_gap_and_other_questions_are_no_signals():
    question = signals.questions("shop", NOW)[0]
    gap = Evidence(id="E1", question=question, answer=Gap(reason="failed", detail="a test"), asked_at=NOW)
    other = Evidence(
        id="E2",
        question=signals.questions("other", NOW)[0],
        answer=MetricAnswer(series=[series("cpu", range(121), service="a")]),
        asked_at=NOW,
    )
    assert signals.read("shop", [gap, other]) == []
    assert signals.read("shop", []) == []


def test_a_handful_of_questions_asks_for_everything_and_sums_up_what_belongs_together():
    asked = signals.questions("shop", NOW)
    assert len(asked) <= 3
    assert all(render(question.query).startswith("sum by (__name__, ") for question in asked)
    assert all(question.window.end - question.window.start >= timedelta(minutes=30) for question in asked)
