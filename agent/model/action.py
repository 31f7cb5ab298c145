"""The closed set of calls that may change the world, their inverses, and what came of them."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from agent.model.entity import Entity
from agent.model.question import Gap
from agent.model.record import Instant, Record


class Rollback(Record):
    """Make a named, existing revision of a Deployment the current one again."""

    kind: Literal["rollback"] = "rollback"
    target: Entity
    to_revision: int
    template_hash: str  # of that revision: numbers move when a revision is reused, this does not

    def __str__(self) -> str:
        return f"roll {self.target} back to revision {self.to_revision}"


class Restart(Record):
    """Replace all pods of a Deployment with fresh ones of the same template, by its own rollout strategy."""

    kind: Literal["restart"] = "restart"
    target: Entity

    def __str__(self) -> str:
        return f"restart {self.target}"


class Scale(Record):
    """Set the number of replicas of a Deployment."""

    kind: Literal["scale"] = "scale"
    target: Entity
    replicas: int = Field(ge=1)

    def __str__(self) -> str:
        return f"scale {self.target} to {self.replicas} replicas"


Action = Annotated[Rollback | Restart | Scale, Field(discriminator="kind")]


class TargetState(Record):
    """What the target looked like when the action was previewed: the precondition for applying it."""

    entity: Entity
    uid: str
    generation: int
    spec_hash: str  # digest of .spec without .replicas
    replicas: int
    revision: int | None = None  # the current one's number


class Preview(Record):
    """A server-side dry run: nothing was changed."""

    before: TargetState
    after_spec_hash: str
    diff: str  # unified, of the object's spec, secrets masked
    pods: int  # how many pods the action replaces or adds
    undo: Action | None = None  # None: it has no inverse
    warnings: list[str] = []


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
    purpose: str = ""  # "act" or "undo" and the digest of the proposal
