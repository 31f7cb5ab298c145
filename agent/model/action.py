"""The closed set of calls that may change the world, their inverses, and what came of them."""

from enum import StrEnum
from typing import Annotated, Literal, get_args

from pydantic import Field

from agent.model.company import Company
from agent.model.delivery_action import (
    AbortRollout,
    PromoteRollout,
    ResumeSync,
    RetryRollout,
    RollbackApplication,
    SuspendSync,
)
from agent.model.entity import Entity
from agent.model.question import Gap
from agent.model.record import Instant, Record


class Rollback(Record):
    """Make a named, existing revision of a Deployment, StatefulSet, DaemonSet or Argo Rollout the current one again."""

    kind: Literal["rollback"] = "rollback"
    target: Entity
    to_revision: int
    template_hash: str  # of that revision: numbers move when a revision is reused, this does not

    def __str__(self) -> str:
        return f"roll {self.target} back to revision {self.to_revision}"


class Restart(Record):
    """Replace all pods of a workload with fresh ones of the same template, by its own rollout strategy."""

    kind: Literal["restart"] = "restart"
    target: Entity

    def __str__(self) -> str:
        return f"restart {self.target}"


class Pause(Record):
    """Stop a rollout where it stands: pods that were replaced stay, no more are."""

    kind: Literal["pause"] = "pause"
    target: Entity

    def __str__(self) -> str:
        return f"pause the rollout of {self.target}"


class Resume(Record):
    """Let a paused rollout go on."""

    kind: Literal["resume"] = "resume"
    target: Entity

    def __str__(self) -> str:
        return f"resume the rollout of {self.target}"


class Scale(Record):
    """Set the number of replicas of a Deployment or StatefulSet."""

    kind: Literal["scale"] = "scale"
    target: Entity
    replicas: int = Field(ge=1)

    def __str__(self) -> str:
        return f"scale {self.target} to {self.replicas} replicas"


class SetBounds(Record):
    """Set between how many replicas a HorizontalPodAutoscaler may choose."""

    kind: Literal["set_bounds"] = "set_bounds"
    target: Entity  # the HorizontalPodAutoscaler
    minimum: int = Field(ge=1)
    maximum: int = Field(ge=1)

    def __str__(self) -> str:
        return f"let {self.target} choose between {self.minimum} and {self.maximum} replicas"


class RestoreConfig(Record):
    """Put a recorded earlier content of a ConfigMap back."""

    kind: Literal["restore_config"] = "restore_config"
    target: Entity  # the ConfigMap
    version: str  # digest of the content to put back; the content itself is in the store

    def __str__(self) -> str:
        return f"restore {self.target} to its content {self.version[:12]}"


class SetFlag(Record):
    """Turn a feature flag off, or back to what it was."""

    kind: Literal["set_flag"] = "set_flag"
    target: Entity  # ConfigMap that holds flagd's flags, or External with the name of a configured flag service
    flag: str
    state: str  # what it is set to: flagd's ENABLED or DISABLED, a flag service's own word

    def __str__(self) -> str:
        return f"set flag {self.flag} of {self.target} to {self.state}"


class DeletePod(Record):
    """Delete one pod, that its controller replaces."""

    kind: Literal["delete_pod"] = "delete_pod"
    target: Entity
    uid: str  # of exactly this pod: StatefulSets use a name again

    def __str__(self) -> str:
        return f"delete {self.target}"


class Cordon(Record):
    """Let no new pod be put on a node."""

    kind: Literal["cordon"] = "cordon"
    target: Entity

    def __str__(self) -> str:
        return f"cordon {self.target}"


class Uncordon(Record):
    """Let new pods be put on a node again."""

    kind: Literal["uncordon"] = "uncordon"
    target: Entity

    def __str__(self) -> str:
        return f"uncordon {self.target}"


class RerunJob(Record):
    """Run a failed Job once more, as a new Job of the same template; the failed one stays as evidence."""

    kind: Literal["rerun_job"] = "rerun_job"
    target: Entity

    def __str__(self) -> str:
        return f"run {self.target} again"


class RaiseQuota(Record):
    """Set a limit of a ResourceQuota to another amount."""

    kind: Literal["raise_quota"] = "raise_quota"
    target: Entity
    resource: str  # as in .spec.hard: requests.cpu, pods, …
    hard: str  # a Kubernetes quantity

    def __str__(self) -> str:
        return f"set {self.resource} of {self.target} to {self.hard}"


Action = Annotated[
    Rollback
    | Restart
    | Pause
    | Resume
    | Scale
    | SetBounds
    | AbortRollout
    | RetryRollout
    | PromoteRollout
    | RollbackApplication
    | SuspendSync
    | ResumeSync
    | RestoreConfig
    | SetFlag
    | DeletePod
    | Cordon
    | Uncordon
    | RerunJob
    | RaiseQuota,
    Field(discriminator="kind"),
]


def action_kinds() -> list[str]:
    """The words for all of them, as configuration and playbooks write them."""
    return [str(one.model_fields["kind"].default) for one in get_args(get_args(Action)[0])]


class TargetState(Record):
    """What the target looked like when the action was previewed: the precondition for applying it."""

    entity: Entity
    uid: str
    generation: int
    spec_hash: str  # digest of what describes it: a workload's .spec without .replicas, a ConfigMap's contents, …
    replicas: int = 0  # of a workload
    revision: int | None = None  # the current one's number


class Preview(Record):
    """A server-side dry run: nothing was changed."""

    before: TargetState
    after_spec_hash: str
    diff: str  # unified, of the object's spec, secrets masked
    pods: int  # how many pods the action replaces or adds
    undo: Action | None = None  # None: it has no inverse
    warnings: list[str] = []
    company: Company | None = None  # who else is at the target; None: not looked at


class Previewed(Record):
    """An action, and what came back when its preview was asked for."""

    action: Action
    answer: Preview | Gap


class Applied(Record):
    """The API server accepted the change."""

    generation: int
    spec_hash: str
    at: Instant


class Observation(StrEnum):
    """Did an earlier, interrupted attempt reach the cluster?"""

    DONE = "done"  # our key is on the target
    NOT_DONE = "not done"  # it is not, and the target is unchanged
    CANNOT_TELL = "cannot tell"  # the target cannot be read, or someone else changed it


class Observed(Record):
    """An observation with its reason; `applied` is filled when it was done."""

    observation: Observation
    detail: str
    applied: Applied | None = None


class LedgerState(StrEnum):
    """How far an effect got."""

    INTENT = "intent"  # recorded, nothing called yet
    EXECUTING = "executing"  # the call may have been made
    DONE = "done"  # the cluster has it
    REFUSED = "refused"  # the call was refused: nothing changed
    HELD = "held"  # a dry run: said, not done, and counted nowhere
    UNKNOWN = "unknown"  # nobody can tell: a person has to look


class LedgerEntry(Record):
    """One effect, written before it happens; `key` makes it happen at most once."""

    key: str  # digest of incident, proposal and purpose (act or undo)
    incident_id: str
    action: Action
    state: LedgerState = LedgerState.INTENT
    detail: str = ""
    applied: Applied | None = None
    at: Instant
    place: list[Entity] = []  # the target and what is one place with it
    purpose: str = ""  # "act" or "undo" and the digest of the proposal
