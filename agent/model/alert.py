"""One firing or resolved signal, as an alert manager sent it."""

from enum import StrEnum
from functools import cached_property

from agent.model.record import Instant, Record


class AlertStatus(StrEnum):
    """What the sender says of the alert."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Alert(Record):
    """At-least-once delivery: `key` tells a re-sent alert from a new firing of the same rule."""

    fingerprint: str
    status: AlertStatus
    starts_at: Instant
    ends_at: Instant | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    generator_url: str = ""

    @cached_property
    def key(self) -> str:
        """Fingerprint and start, the identity of one firing."""
        return f"{self.fingerprint}@{self.starts_at.isoformat()}"

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.labels.get("alertname", "unnamed alert")
