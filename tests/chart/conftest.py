"""What the chart's tests share: helm alone, helm with the control plane, and a namespace of the test's own."""

import uuid
from collections.abc import Iterator

import pytest

from tests.chart import tool
from tests.chart.releases import Helm
from tests.cluster.fixtures import control_plane

__all__ = ["control_plane"]


@pytest.fixture
def helm(tmp_path) -> Helm:
    if reason := tool.missing():
        pytest.skip(reason)
    return Helm(tmp_path)


@pytest.fixture
def live(helm, control_plane) -> Helm:
    return Helm(helm.home, control_plane.kubeconfig)


@pytest.fixture
def namespace(control_plane) -> Iterator[str]:
    """A name for one; whatever made it, it is gone afterwards."""
    yield from _named(control_plane)


@pytest.fixture
def shop(control_plane) -> Iterator[str]:
    """Another one, that is there, for a release to act in."""
    for name in _named(control_plane):
        control_plane.api.namespace(name)
        yield name


def _named(control_plane) -> Iterator[str]:
    name = f"chart-{uuid.uuid4().hex[:8]}"
    yield name
    if control_plane.api.find(f"/api/v1/namespaces/{name}"):
        control_plane.api.delete(f"/api/v1/namespaces/{name}")
