"""Something people or controllers altered: the timeline every suspect comes from."""

from enum import StrEnum

from agent.model.entity import Entity
from agent.model.record import Instant, Record


class ChangeKind(StrEnum):
    """What was altered."""

    ROLLOUT = "rollout"  # a new pod template went live
    ROLLBACK = "rollback"  # an earlier pod template went live again
    CONFIG = "config"  # a ConfigMap or Secret
    SCALE = "scale"  # the number of replicas
    RESTART = "restart"  # same template, new pods
    NODE = "node"  # a node came, went or was cordoned


class Change(Record):
    """One alteration, with who, when and what; `at` is when it took effect as far as the source knows."""

    id: str
    kind: ChangeKind
    entity: Entity
    at: Instant
    actor: str = ""  # field manager, user or controller, "" if unknown
    summary: str
    from_revision: int | None = None
    to_revision: int | None = None
    keys: list[str] = []  # configuration keys touched, where known
    diff: str = ""  # unified, secrets masked
