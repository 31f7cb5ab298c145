from collections.abc import AsyncIterator

import pytest

from integrations.kubernetes.api import Api, connect
from tests.kubernetes.scripted_server import ScriptedServer


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    started = await ScriptedServer().start()
    yield started
    await started.stop()


@pytest.fixture
async def api(server, tmp_path) -> AsyncIterator[Api]:
    connected = await connect(server.kubeconfig(tmp_path), timeout_seconds=0.5, pause_seconds=0.01)
    yield connected
    await connected.close()
