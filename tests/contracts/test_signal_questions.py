"""The questions about signals mean the same to a real Prometheus and to the evaluator."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from agent.model.query import Series
from agent.model.question import MetricAnswer
from agent.reasoning import signals
from agent.reasoning.dialect import Dialect
from agent.reasoning.evaluate import answer
from integrations.prometheus.source import Prometheus
from tests.contracts.samples import START
from tests.servers import PrometheusServer, load_series

pytestmark = pytest.mark.tier1


def stored() -> list[Series]:
    times = [float(START + 15 * step) for step in range(240)]
    shapes = {
        ("http_requests_total", "service=a", "code=200", "pod=a-0"): 10.0,
        ("http_requests_total", "service=a", "code=200", "pod=a-1"): 5.0,
        ("http_requests_total", "service=a", "code=503"): 1.0,
        ("http_request_duration_seconds_bucket", "service=a", "le=+Inf"): 3.0,
        ("http_request_size_bytes_bucket", "service=a", "le=+Inf"): 3.0,
        ("container_memory_working_set_bytes", "pod=db-0", "container=db"): 0.0,
        ("go_memstats_heap_bytes", "service=a"): 1.0,
        ("anything", "service=a"): 1.0,
    }
    return [
        Series(
            labels={"__name__": key[0], "namespace": "shop", **dict(part.split("=") for part in key[1:])},
            times=times,
            values=[7 + slope * step for step in range(240)],
        )
        for key, slope in shapes.items()
    ]


def test_the_questions_are_valid_promql_and_answered_alike(tmp_path):
    series, now = stored(), datetime.fromtimestamp(START, UTC) + timedelta(seconds=3600)
    load_series(tmp_path, series)
    with PrometheusServer(tmp_path) as server, asyncio.Runner() as runner:
        source = Prometheus(server.url)
        dialect = Dialect.of_version(runner.run(source.version()))
        for question in signals.questions("shop", now):
            theirs, ours = runner.run(source.ask(question)), answer(question, series, dialect)
            assert isinstance(theirs, MetricAnswer), theirs
            assert isinstance(ours, MetricAnswer), ours
            assert [one.labels for one in ours.series] == [one.labels for one in theirs.series]
            assert [one.values for one in ours.series] == [one.values for one in theirs.series]
            assert "anything" not in {one.labels["__name__"] for one in theirs.series}
        runner.run(source.aclose())
