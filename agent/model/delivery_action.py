"""Actions through the tools that deliver: Argo Rollouts, Argo CD and Flux. Part of the closed set in agent.model.action."""

from typing import Literal

from agent.model.entity import Entity
from agent.model.record import Record


class AbortRollout(Record):
    """Send all traffic of an Argo Rollout that is under way back to its stable revision."""

    kind: Literal["abort_rollout"] = "abort_rollout"
    target: Entity

    def __str__(self) -> str:
        return f"abort the rollout of {self.target}"


class RetryRollout(Record):
    """Let an aborted Argo Rollout begin its steps again: the way back from an abort."""

    kind: Literal["retry_rollout"] = "retry_rollout"
    target: Entity

    def __str__(self) -> str:
        return f"retry the rollout of {self.target}"


class PromoteRollout(Record):
    """Let an Argo Rollout that waits at a pause of its steps go on."""

    kind: Literal["promote_rollout"] = "promote_rollout"
    target: Entity

    def __str__(self) -> str:
        return f"promote the rollout of {self.target}"


class RollbackApplication(Record):
    """Let Argo CD sync an Application to a revision of its own history; refused while it syncs by itself."""

    kind: Literal["rollback_application"] = "rollback_application"
    target: Entity  # the Application
    history: int  # id in .status.history
    revision: str  # of the source, as that entry has it: ids are not enough

    def __str__(self) -> str:
        return f"roll {self.target} back to {self.revision[:12]} (history {self.history})"


class SuspendSync(Record):
    """Stop Flux from reconciling a Kustomization or HelmRelease, so that what is put back stays until Git is right."""

    kind: Literal["suspend_sync"] = "suspend_sync"
    target: Entity

    def __str__(self) -> str:
        return f"suspend {self.target}"


class ResumeSync(Record):
    """Let Flux reconcile it again."""

    kind: Literal["resume_sync"] = "resume_sync"
    target: Entity

    def __str__(self) -> str:
        return f"resume {self.target}"
