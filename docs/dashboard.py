#!/usr/bin/env python3
"""Writes the chart's Grafana dashboard, on the metrics that agent.telemetry exports: `make docs` calls it."""

import json
import sys
from pathlib import Path
from typing import Any

PLACE = Path(__file__).parent.parent / "helm" / "steadyhand" / "files" / "dashboard.json"
SELECTOR = 'namespace=~"$namespace", job=~"$job"'
_ACROSS, _WIDE, _HIGH = 24, 8, 7
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}

_P95 = "histogram_quantile(0.95, sum by (le, {}) (rate(steadyhand_{}_bucket{{S}}[$__rate_interval])))"

PANELS: list[tuple[str, str, list[tuple[str, str]], str]] = [
    ("Ready", "stat", [("min(steadyhand_ready{S})", "ready")], "none"),
    ("Open incidents", "stat", [("sum(steadyhand_incidents{S})", "open")], "none"),
    ("Waiting for an answer", "stat", [('sum(steadyhand_incidents{S, phase="waiting"})', "waiting")], "none"),
    ("Incidents by phase", "timeseries", [("sum by (phase) (steadyhand_incidents{S})", "{{phase}}")], "none"),
    ("Alerts taken in", "timeseries", [("sum(rate(steadyhand_alerts_total{S}[$__rate_interval]))", "alerts")], "ops"),
    (
        "Webhook requests",
        "timeseries",
        [("sum by (outcome) (rate(steadyhand_webhooks_total{S}[$__rate_interval]))", "{{outcome}}")],
        "ops",
    ),
    (
        "Questions by what came back",
        "timeseries",
        [("sum by (outcome) (rate(steadyhand_questions_total{S}[$__rate_interval]))", "{{outcome}}")],
        "ops",
    ),
    (
        "Time until an answer, 95th percentile",
        "timeseries",
        [(_P95.format("source", "question_seconds"), "{{source}}")],
        "s",
    ),
    (
        "Time in a step, 95th percentile",
        "timeseries",
        [(_P95.format("step", "step_seconds"), "{{step}}")],
        "s",
    ),
    ("Actions", "timeseries", [("sum by (kind, state) (increase(steadyhand_actions_total{S}[1h]))", "{{kind}} {{state}}")], "none"),
    ("Verifications", "timeseries", [("sum by (outcome) (increase(steadyhand_verifications_total{S}[1h]))", "{{outcome}}")], "none"),
    ("Contents of ConfigMaps", "timeseries", [("sum by (outcome) (increase(steadyhand_contents_total{S}[1h]))", "{{outcome}}")], "none"),
    ("Leases lost", "timeseries", [("sum(increase(steadyhand_leases_lost_total{S}[1h]))", "lost")], "none"),
    ("Sources and channels lacking", "timeseries", [("steadyhand_lacking{S}", "lacking")], "none"),
    ("Watched collections", "timeseries", [("sum by (state) (steadyhand_watches{S})", "{{state}}")], "none"),
    ("Requests sent", "timeseries", [("sum by (server) (rate(steadyhand_requests_total{S}[$__rate_interval]))", "{{server}}")], "ops"),
    ("Memory", "timeseries", [("process_resident_memory_bytes{S}", "resident")], "bytes"),
    ("CPU", "timeseries", [("rate(process_cpu_seconds_total{S}[$__rate_interval])", "cores")], "none"),
]  # fmt: skip
"""Title, kind, queries with their legends, unit."""


def dashboard() -> str:
    """The file."""
    made = {
        "title": "Steadyhand",
        "uid": "steadyhand",
        "tags": ["steadyhand"],
        "schemaVersion": 39,
        "timezone": "browser",
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [_source(), _variable("namespace", ""), _variable("job", 'namespace=~"$namespace"')]},
        "panels": [_panel(number, *each) for number, each in enumerate(PANELS)],
    }
    return json.dumps(made, indent=1) + "\n"


def _panel(number: int, title: str, kind: str, queries: list[tuple[str, str]], unit: str) -> dict[str, Any]:
    columns = _ACROSS // _WIDE
    targets = [
        {"refId": chr(ord("A") + n), "datasource": _SOURCE, "legendFormat": legend, "expr": _of_ours(query)}
        for n, (query, legend) in enumerate(queries)
    ]
    return {
        "id": number + 1,
        "title": title,
        "type": kind,
        "datasource": _SOURCE,
        "gridPos": {"x": number % columns * _WIDE, "y": number // columns * _HIGH, "w": _WIDE, "h": _HIGH},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": targets,
    }


def _of_ours(query: str) -> str:
    return query.replace("{S}", f"{{{SELECTOR}}}").replace("{S,", f"{{{SELECTOR},")


def _source() -> dict[str, Any]:
    return {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"}


def _variable(label: str, within: str) -> dict[str, Any]:
    query = (
        f"label_values(steadyhand_ready{{{within}}}, {label})" if within else f"label_values(steadyhand_ready, {label})"
    )
    return {
        "name": label,
        "type": "query",
        "datasource": _SOURCE,
        "query": {"query": query, "refId": label},
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "current": {"text": "All", "value": "$__all"},
    }


if __name__ == "__main__":
    PLACE.write_text(dashboard(), encoding="utf-8")
    sys.stdout.write(f"{PLACE.name} written\n")
