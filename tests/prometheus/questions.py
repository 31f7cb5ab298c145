"""The questions that the tests of the Prometheus adapter ask, and how their answers are looked at."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.model.query import Matcher, MatchOp, Select
from agent.model.question import (
    Gap,
    GapReason,
    InstantQuestion,
    MetricAnswer,
    MetricQuestion,
    RangeQuestion,
    SeriesQuestion,
)
from agent.model.record import Window
from integrations.prometheus.source import Prometheus

NOW = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = Window(start=NOW - timedelta(hours=1), end=NOW)
UP = Select(metric="up")
INSTANT = InstantQuestion(query=UP, at=NOW)
RANGE = RangeQuestion(query=UP, window=HOUR, step_seconds=60)
SERIES = SeriesQuestion(selectors=[UP], window=HOUR)
LONG = InstantQuestion(
    query=UP.where(Matcher(label="pod", op=MatchOp.REGEX, value="|".join(f"pod-{n}" for n in range(500)))), at=NOW
)
EITHER = pytest.mark.parametrize("question", [INSTANT, RANGE], ids=["library", "httpx"])
"""Once over each of the two HTTP clients."""


async def asked(question: MetricQuestion, url: str, **options: Any) -> MetricAnswer | Gap:
    one = Prometheus(url, **options)
    try:
        return await one.ask(question)
    finally:
        await one.aclose()


def gap(reply: MetricAnswer | Gap | str, reason: GapReason) -> str:
    assert isinstance(reply, Gap), reply
    assert reply.reason is reason, reply
    return reply.detail
