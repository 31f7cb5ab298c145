"""A simulated ConfigMap. Its values stay in here: views show keys and a digest."""

from dataclasses import dataclass
from datetime import datetime

from agent.model.cluster import ConfigObject
from agent.model.entity import Entity
from agent.model.record import digest


@dataclass
class ConfigMap:
    """Name, data, and who changed it last."""

    namespace: str
    name: str
    data: dict[str, str]
    created_at: datetime
    changed_at: datetime | None = None  # None: never since it was made
    changed_by: str = ""

    def record(self) -> ConfigObject:
        """Its identity without its values."""
        return ConfigObject(
            entity=Entity(kind="ConfigMap", namespace=self.namespace, name=self.name),
            digest=digest(self.data),
            keys=sorted(self.data),
            created_at=self.created_at,
            changed_at=self.changed_at,
            changed_by=self.changed_by,
        )
