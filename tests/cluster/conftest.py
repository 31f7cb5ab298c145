"""What the tests on a real API server share: the control plane, a connection to it, a namespace of the test's own."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import PurePath

import pytest

from integrations.kubernetes.api import Api, connect
from tests.cluster.fixtures import control_plane
from tests.cluster.stage import ClusterStage

__all__ = ["control_plane"]


@pytest.fixture
async def api(control_plane) -> AsyncIterator[Api]:
    connected = await connect(str(control_plane.kubeconfig))
    yield connected
    await connected.close()


@pytest.fixture
def stage(control_plane, request) -> Iterator[ClusterStage]:
    area = PurePath(request.node.path).stem.removeprefix("test_").replace("_", "-")
    made = ClusterStage(control_plane.api, f"{area}-{uuid.uuid4().hex[:8]}")
    yield made
    control_plane.api.delete(f"/api/v1/namespaces/{made.namespace}")
