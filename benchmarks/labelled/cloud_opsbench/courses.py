"""The metrics table as series under the names such metrics usually have, and the dependency trees as call metrics."""

import csv
import re
from datetime import datetime

from agent.model.query import Series
from benchmarks.labelled.cloud_opsbench.bundle import Bundle

NAMES = {
    "cpu": "container_cpu_usage_cores",
    "mem": "container_memory_working_set_bytes",
    "cpu_cfs": "container_cpu_cfs_throttled_seconds_rate",
    "rps": "requests_per_second",
    "success_rate": "request_success_rate",
    "network_receive": "container_network_receive_packets_per_second",
    "network_transmit": "container_network_transmit_packets_per_second",
    "p50latency": "request_latency_p50_milliseconds",
    "p90latency": "request_latency_p90_milliseconds",
    "p95latency": "request_latency_p95_milliseconds",
    "p99latency": "request_latency_p99_milliseconds",
    "tcp_retans": "node_tcp_retransmits_per_second",
}
"""The table's words for metrics; a column is SERVICE-WORD, or NODE-WORD."""

EDGE = re.compile(r"^([│ ├└─]*)\s*([A-Za-z0-9][\w.-]*)")


def series(bundle: Bundle, nodes: set[str]) -> list[Series]:
    """One series a column; without a table, what the anomaly report says of normal and present levels."""
    if not bundle.metrics.strip():
        return reported(bundle)
    table = list(csv.reader(bundle.metrics.splitlines()))
    header, body = table[0], table[1:]
    times = [datetime.fromisoformat(row[0]).replace(tzinfo=bundle.zone).timestamp() for row in body]
    found = []
    for column, heading in enumerate(header[1:], start=1):
        name, _, word = heading.rpartition("-")
        if word not in NAMES or not name:
            continue
        pairs = [
            (t, float(row[column]))
            for t, row in zip(times, body, strict=True)
            if len(row) > column and _is(row[column])
        ]
        if pairs:
            whose = {"node": name} if name in nodes else {"service": name, "namespace": bundle.namespace}
            labels = {"__name__": NAMES[word], **whose}
            found.append(Series(labels=labels, times=[t for t, _ in pairs], values=[v for _, v in pairs]))
    return found


LEVELS: list[tuple[str, str]] = [
    (r"(p\d+)latency: Normal=([\d.]+)ms -> Current=([\d.]+)ms", ""),
    (r"(TCP Retransmission)\] \| Normal=([\d.]+)\D* -> Current=([\d.]+)", "tcp_retans"),
    (r"(RPS)\] \| Normal=([\d.]+)\S* -> Current=([\d.]+)", "rps"),
    (r"(cpu core)\] \| Normal=([\d.]+) cores -> Current=([\d.]+)", "cpu"),
    (r"(Inbound): Normal=([\d.]+)pps -> Current=([\d.]+)", "network_receive"),
    (r"(Outbound): Normal=([\d.]+)pps -> Current=([\d.]+)", "network_transmit"),
]
"""How the anomaly report writes levels, and the table's word for each; latencies name their own."""

BEFORE, EVERY = 60, 10
"""Seconds of the normal level before the time range, and between two samples."""


def reported(bundle: Bundle) -> list[Series]:
    """Levels of the anomaly report as courses: the normal one for a minute, then the present one over its time range."""
    found = []
    for _, value in bundle.values("GetAlerts"):
        for alert in (value.get("alerts") or []) if isinstance(value, dict) else []:
            start, _, end = str(alert.get("time_range", "")).partition(" ~ ")
            if not end:
                continue
            bounds = [datetime.fromisoformat(t).replace(tzinfo=bundle.zone).timestamp() for t in (start, end)]
            whose = {"node": str(alert.get("name"))}
            if alert.get("type") == "Service":
                whose = {"service": str(alert.get("name")), "namespace": bundle.namespace}
            text = " | ".join(str(one) for one in alert.get("evidence") or [])
            found += [_level(whose, word, bounds, levels) for word, levels in _levels(text).items()]
    return found


def _levels(text: str) -> dict[str, tuple[float, float]]:
    return {
        word or f"{match[0]}latency": (float(match[1]), float(match[2]))
        for pattern, word in LEVELS
        for match in re.findall(pattern, text)
        if (word or f"{match[0]}latency") in NAMES
    }


def _level(whose: dict[str, str], word: str, bounds: list[float], levels: tuple[float, float]) -> Series:
    before = [bounds[0] - BEFORE + step for step in range(0, BEFORE, EVERY)]
    after = [bounds[0] + step for step in range(0, int(bounds[1] - bounds[0]), EVERY)]
    values = [levels[0]] * len(before) + [levels[1]] * len(after)
    return Series(labels={"__name__": NAMES[word], **whose}, times=[*before, *after], values=values)


def _is(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def calls(bundle: Bundle) -> list[Series]:
    """The dependency trees as the label sets of a service graph."""
    edges: set[tuple[str, str]] = set()
    for _, text in bundle.outputs("GetServiceDependencies"):
        edges |= _edges(str(text))
    moment = bundle.at.timestamp() - 1
    return [
        Series(
            labels={"__name__": "traces_service_graph_request_total", "client": caller, "server": callee},
            times=[moment],
            values=[1.0],
        )
        for caller, callee in sorted(edges)
    ]


def _edges(text: str) -> set[tuple[str, str]]:
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.startswith("[Downstream")), len(lines))
    path: list[str] = []
    found = set()
    for line in lines[start + 1 :]:
        match = EDGE.match(line)
        if match is None or line.lstrip().startswith("("):
            continue
        depth = len(match[1]) // 4
        path = [*path[:depth], match[2]]
        if depth:
            found.add((path[depth - 1], path[depth]))
    return found
