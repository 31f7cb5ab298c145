import uuid
from collections.abc import AsyncIterator

import pytest

from integrations.kubernetes.actuator import KubernetesActuator
from integrations.kubernetes.api import connect
from integrations.kubernetes.source import KubernetesSource
from tests.cluster.control_plane import Cluster
from tests.cluster.stage import ClusterStage
from tests.contracts.cluster_bench import Bench
from tests.contracts.cluster_contract import CONTRACT

pytestmark = pytest.mark.tier2


@pytest.fixture
async def bench(control_plane: Cluster) -> AsyncIterator[Bench]:
    stage = ClusterStage(control_plane.api, f"contract-{uuid.uuid4().hex[:8]}")
    api = await connect(str(control_plane.kubeconfig))
    yield Bench(KubernetesSource(api), KubernetesActuator(api), stage)
    await api.close()
    control_plane.api.delete(f"/api/v1/namespaces/{stage.namespace}")


@pytest.mark.parametrize("holds", CONTRACT, ids=lambda holds: holds.__name__)
async def test_the_real_api_server_keeps_the_contract(bench, holds):
    await holds(bench)
