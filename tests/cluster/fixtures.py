"""The session's one control plane, as a fixture for any conftest to import.

`from tests.cluster.fixtures import control_plane` in several conftests still starts only one.
"""

from collections.abc import Iterator

import pytest

from tests.cluster.control_plane import Cluster, ControlPlane, existing, missing


class _Shared:
    """One cluster for all users; the last to leave stops it."""

    cluster: Cluster | None = None
    users = 0


@pytest.fixture(scope="session")
def control_plane() -> Iterator[Cluster]:
    """A running cluster: the one KUBECONFIG names, else our own; skips with the reason where neither can be had."""
    if reason := missing():
        pytest.skip(reason)
    if _Shared.cluster is None:
        _Shared.cluster = existing() or ControlPlane().start()
    _Shared.users += 1
    try:
        yield _Shared.cluster
    finally:
        _Shared.users -= 1
        if not _Shared.users:
            _Shared.cluster.stop()
            _Shared.cluster = None
