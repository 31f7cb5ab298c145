"""Reads fields of JSON somebody else made: absent, null and of another type all mean "not there".

Every converter in this folder goes through these, so that one odd object never costs the whole list.
"""

from datetime import UTC, datetime
from typing import Any

from agent.redact import redact

Json = dict[str, Any]
_TOO_LARGE = 1e18  # of NaN, too, it is false that it is less


def at(data: Any, *path: str) -> Any:
    """The value under the keys, or None as soon as one of them is not there."""
    for key in path:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def section(data: Any, *path: str) -> Json:
    """An object, {} if there is none."""
    found = at(data, *path)
    return found if isinstance(found, dict) else {}


def items(data: Any, *path: str) -> list[Json]:
    """The objects of a list; elements of any other type are left out."""
    found = at(data, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def strings(data: Any, *path: str) -> list[str]:
    """The strings of a list; elements of any other type are left out."""
    found = at(data, *path)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def text(data: Any, *path: str) -> str:
    """A string, "" if there is none."""
    found = at(data, *path)
    return found if isinstance(found, str) else ""


def number(data: Any, *path: str) -> int:
    """A whole number, also one written as a string; 0 if there is none."""
    found = at(data, *path)
    if isinstance(found, str) and found.isascii() and found.isdigit():
        return int(found[:18])
    return int(found) if isinstance(found, int | float) and abs(found) < _TOO_LARGE else 0


def flag(data: Any, *path: str) -> bool:
    """A true that is really there."""
    return at(data, *path) is True


def texts(data: Any, *path: str) -> dict[str, str]:
    """A map of strings; values of any other type are left out."""
    return {key: value for key, value in section(data, *path).items() if isinstance(value, str)}


def moment(data: Any, *path: str) -> datetime | None:
    """A time as Kubernetes writes it (RFC 3339), None if there is none or it cannot be read."""
    found = text(data, *path)
    try:
        read = datetime.fromisoformat(found)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def created(data: Any) -> datetime:
    """When the object was created; the epoch for one that does not say."""
    return moment(data, "metadata", "creationTimestamp") or datetime.fromtimestamp(0, UTC)


def name_of(data: Any) -> str:
    """The object's name."""
    return text(data, "metadata", "name")


def owner_uid(data: Any) -> str:
    """The uid of the controller that owns the object, "" if nobody does."""
    return next(
        (text(owner, "uid") for owner in items(data, "metadata", "ownerReferences") if flag(owner, "controller")), ""
    )


def conditions(data: Any) -> dict[str, str]:
    """Type → "Status: Reason: message" of a status' conditions, without their secrets and their tails."""
    return {text(each, "type"): _condition(each) for each in items(data, "status", "conditions") if text(each, "type")}


def _condition(each: Json) -> str:
    parts = [text(each, "status"), text(each, "reason"), redact(text(each, "message"))[:500]]
    return ": ".join(part for part in parts if part)
