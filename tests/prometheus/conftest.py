"""A scripted server, and the adapter pointed at it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from integrations.prometheus.source import Prometheus
from tests.prometheus.stage import (
    Stage,
    raised,
)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with raised() as one:
        yield one


@pytest.fixture
async def source(stage: Stage) -> AsyncIterator[Prometheus]:
    one = Prometheus(stage.url, timeout_seconds=8, max_series=3)
    yield one
    await one.aclose()
