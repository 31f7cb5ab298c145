"""What a ConfigMap held at a time: the history an earlier content can be put back from."""

from pydantic import Field

from agent.model.entity import Entity
from agent.model.record import Instant, Record, digest


class Version(Record):
    """One content as it was seen: from when to when, and whether it may be put back."""

    entity: Entity
    digest: str
    since: Instant  # the first sight of it
    seen_at: Instant  # the last
    unrestorable: str = ""  # why its values were not kept


class Content(Version):
    """The same with its values; none of an unrestorable one."""

    data: dict[str, str] = {}
    binary: dict[str, str] = {}  # base64, as in .binaryData

    @property
    def size(self) -> int:
        """Bytes of keys and values."""
        return sum(len(word.encode()) for pair in [*self.data.items(), *self.binary.items()] for word in pair)


class HistoryLimits(Record):
    """How much of it is kept. The newest version of an object goes only when it was not seen for `days`."""

    versions: int = Field(default=20, ge=2, le=1000, description="versions of one ConfigMap that are kept")
    bytes_of_one: int = Field(
        default=262_144, ge=0, le=1_048_576, description="a larger content is noted, but cannot be put back"
    )
    bytes_of_all: int = Field(default=67_108_864, ge=0, description="beyond this the oldest versions go first")
    days: int = Field(default=90, ge=1, le=3650, description="a version not seen for so long goes")


def content_digest(data: object, binary: object) -> str:
    """Of what a ConfigMap holds: what an approval is bound to, and what a version is called."""
    return digest({"data": data or {}, "binaryData": binary or {}})
