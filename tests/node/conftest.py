"""Tier 3: a real kubelet runs real containers. Without another cluster named, all of it happens inside the lab.

The tests are ordinary ones. Outside the lab their execution is replaced: they run in there, once and
all together (relay.py), and what is reported here is what happened there.
"""

import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from integrations.kubernetes.api import Api as Client
from integrations.kubernetes.api import connect
from integrations.kubernetes.source import KubernetesSource
from tests import tiers
from tests.chart import tool
from tests.image import builder
from tests.node import before as before_this
from tests.node.fair import Fair
from tests.node.installed import AGENT_IMAGE, Version
from tests.node.lookout import ADDRESS, address
from tests.node.node import Node
from tests.node.relay import pytest_collection_finish, pytest_runtest_protocol, pytest_sessionfinish
from tests.node.shop import Shop
from tests.node.troubled import Troubled

__all__ = ["pytest_collection_finish", "pytest_runtest_protocol", "pytest_sessionfinish"]
PREPARED = ("shop", "troubled", "fair")
"""Fixtures whose objects need time to go wrong, or to have gone well for a while."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Most stories of the market are for `make e2e-node`."""
    for item in items:
        if item.get_closest_marker("long") and not os.environ.get(tiers.LONG):
            item.add_marker(pytest.mark.skip(reason=f"`make e2e-node` tells it ({tiers.LONG})"))


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    found = Node(Path(os.environ[tiers.NODE]).expanduser())
    yield found
    found.close()


@pytest.fixture(scope="session", autouse=True)
def under_way(request: pytest.FixtureRequest, node: Node) -> None:
    """Start what the chosen tests will look at, all of it at once and before the first of them."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    for name in PREPARED:
        if name in wanted:
            with contextlib.suppress(pytest.skip.Exception):  # said again to each test that wants it
                request.getfixturevalue(name)


@pytest.fixture(scope="session")
def troubled(node: Node) -> Troubled:
    return Troubled(node)


@pytest.fixture(scope="session")
def shop(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    opened = Shop(node, tmp_path_factory.mktemp("shop"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def fair(request: pytest.FixtureRequest, node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fair]:
    """With a market for every chosen test that has `market` among its names, in their order."""
    if not address():
        pytest.skip(f"pods and this machine must reach each other: set {ADDRESS} to an address of it that they know")
    if not os.environ.get(AGENT_IMAGE):
        pytest.skip(f"no image of the agent: {builder.missing() or f'name one that the node has in {AGENT_IMAGE}'}")
    if reason := tool.missing():
        pytest.skip(reason)
    told = [item for item in request.session.items if not item.get_closest_marker("skip")]
    names = [mark.args[0] for item in told if (mark := item.get_closest_marker("market"))]
    opened = Fair(node, tmp_path_factory.mktemp("fair"), list(dict.fromkeys(names)))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def before() -> Version:
    """What people have who upgrade to this commit."""
    if reason := before_this.missing():
        pytest.skip(reason)
    if not os.environ.get(before_this.IMAGE):
        pytest.skip(f"no image of {before_this.COMMIT}: name one that the node has in {before_this.IMAGE}")
    return Version(os.environ[before_this.IMAGE], before_this.chart())


@pytest.fixture
async def client(node: Node) -> AsyncIterator[Client]:
    connected = await connect(str(node.kubeconfig))
    yield connected
    await connected.close()


@pytest.fixture
def source(client: Client) -> KubernetesSource:
    return KubernetesSource(client)
