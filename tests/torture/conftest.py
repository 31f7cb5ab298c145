"""The session's control plane, for the torture that needs a real one."""

from tests.cluster.fixtures import control_plane

__all__ = ["control_plane"]
