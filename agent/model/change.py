"""Something people or controllers altered: the timeline every suspect comes from."""

from enum import StrEnum

from agent.model.entity import Entity
from agent.model.record import Instant, Record

FEW_KEYS = 3
"""More keys than this do not belong into a title."""


class ChangeKind(StrEnum):
    """What was altered."""

    ROLLOUT = "rollout"  # a new pod template went live
    ROLLBACK = "rollback"  # an earlier pod template went live again
    CONFIG = "config"  # a ConfigMap or Secret
    SCALE = "scale"  # the number of replicas
    RESTART = "restart"  # same template, new pods
    NODE = "node"  # a node came, went or was cordoned
    DEPLOY = "deploy"  # a deployment event of a pipeline: a build of a commit went live
    COMMIT = "commit"  # merged; nobody said that it went live
    FLAG = "flag"  # a feature flag was turned
    SYNC = "sync"  # Helm, Argo CD or Flux applied something
    MIGRATION = "migration"  # of a database's schema
    POLICY = "policy"  # a quota, limit range, network policy, role or admission rule


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
    commit: str = ""  # the commit that was built or merged
    version: str = ""  # of the build, the chart or the flag's new value
    files: list[str] = []  # paths touched

    @property
    def title(self) -> str:
        """A short name for people: what a hypothesis calls it."""
        match self.kind:
            case ChangeKind.ROLLOUT:
                return f"release {self.to_revision} of {self.entity.name}"
            case ChangeKind.ROLLBACK:
                return f"rollback of {self.entity.name} (revision {self.to_revision})"
            case ChangeKind.CONFIG:
                keys = f" (key {', '.join(self.keys[:3])})" if 0 < len(self.keys) <= FEW_KEYS else ""
                return f"change of {self.entity.kind} {self.entity.name}{keys}"
            case ChangeKind.DEPLOY | ChangeKind.COMMIT:
                commit = f" (commit {self.commit[:8]})" if self.commit else ""
                return f"{self.kind} {self.version or self.summary[:60]} of {self.entity.name}{commit}"
            case ChangeKind.FLAG:
                return f"flag {self.keys[0] if self.keys else ''} {self.version} on {self.entity.name}"
            case _:
                return f"{self.kind} of {self.entity.name}"
