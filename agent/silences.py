"""The port of silences: whether somebody who knows of an incident has muted its alerts.

A part of agent.ports; the guard asks a person wherever it is so, or cannot be told.
"""

from collections.abc import Sequence
from typing import Protocol

from agent.model.alert import Alert
from agent.model.silence import SilenceReading


class Silences(Protocol):
    """Where silences are kept: an Alertmanager, or something that answers like it."""

    async def over(self, alerts: Sequence[Alert]) -> SilenceReading:
        """The silences that are on now for any of these alerts, the oldest first. Never raises."""


class Unasked:
    """Silences that nobody looks up: in a simulation, about the past."""

    async def over(self, alerts: Sequence[Alert]) -> SilenceReading:
        """It cannot be told."""
        del alerts
        return SilenceReading(problem="no alert manager was asked")


UNASKED = Unasked()
