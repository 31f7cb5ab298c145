"""Reads metadata.managedFields: who last wrote which part of an object, and when.

The time of an entry is that of its manager's last change to anything it owns there, so for one
part it is an upper bound: exact unless the same manager changed another part later.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from integrations.kubernetes.fields import Json, items, moment, section, text


@dataclass(frozen=True)
class Writer:
    """One manager's claim on a part of an object; `keys` are the map keys it owns below that part."""

    manager: str
    operation: str
    at: datetime | None
    subresource: str
    keys: list[str]


def writers(found: Json, *path: str) -> Iterator[Writer]:
    """Every manager that owns something at or below the path, for example ("spec", "template"); () is anything."""
    for entry in items(found, "metadata", "managedFields"):
        owned = section(entry, "fieldsV1")
        for part in path:
            if f"f:{part}" not in owned:
                break
            owned = section(owned, f"f:{part}")
        else:
            yield Writer(
                manager=text(entry, "manager"),
                operation=text(entry, "operation"),
                at=moment(entry, "time"),
                subresource=text(entry, "subresource"),
                keys=sorted(key.removeprefix("f:") for key in owned if key.startswith("f:")),
            )


def newest(found: Json, *path: str) -> Writer | None:
    """The manager that wrote that part last, where one says when."""
    dated = [(writer.at, writer) for writer in writers(found, *path) if writer.at is not None]
    return max(dated, key=lambda pair: pair[0])[1] if dated else None
