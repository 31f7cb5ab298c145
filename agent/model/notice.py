"""A few words on the target of an action, for whoever looks at it there (`kubectl describe`)."""

from enum import StrEnum

from agent.model.entity import Entity
from agent.model.record import Record


class NoticeReason(StrEnum):
    """The closed set, as Kubernetes writes reasons of Events."""

    PROPOSED = "SteadyhandProposed"
    ACTED = "SteadyhandActed"
    NOT_DONE = "SteadyhandNotDone"  # refused, or nobody can tell
    UNDONE = "SteadyhandUndone"
    RECOVERED = "SteadyhandRecovered"
    NOT_RECOVERED = "SteadyhandNotRecovered"
    CANNOT_TELL = "SteadyhandCannotTell"

    @property
    def warning(self) -> bool:
        """Whether a person should look."""
        return self in (NoticeReason.NOT_DONE, NoticeReason.NOT_RECOVERED, NoticeReason.CANNOT_TELL)


class Notice(Record):
    """One thing said; `key` makes it the same notice when a step runs again."""

    target: Entity
    uid: str  # of the target: an object that has its name later is another one
    reason: NoticeReason
    text: str
    incident_id: str
    key: str
