"""The one parent of every record: frozen, strict about unknown keys, times always aware.

Records are checkpointed and stored, so a record's module path and field names are a file format:
moving or renaming one needs a migration (tests/golden keeps old checkpoints loading).
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

Instant = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""A point in time: aware on the way in, UTC from then on."""


class Record(BaseModel):
    """A frozen value; NaN and infinities survive JSON as strings."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    def evolve(self, **changes: Any) -> Self:
        """A validated copy with some fields replaced."""
        fields = {
            name: getattr(self, name) for name in type(self).model_fields
        }  # dict(self) trips over a field called keys
        return type(self).model_validate({**fields, **changes})


class Window(Record):
    """A closed interval of time."""

    start: Instant
    end: Instant

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return (self.end - self.start).total_seconds()


def digest(*parts: object) -> str:
    """A short stable hash (16 hex digits of SHA-256) over records, or anything JSON can hold."""
    canonical = json.dumps([_plain(part) for part in parts], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _plain(part: object) -> object:
    if isinstance(part, BaseModel):
        return part.model_dump(mode="json")
    if isinstance(part, datetime):
        return part.astimezone(UTC).isoformat()
    return part
