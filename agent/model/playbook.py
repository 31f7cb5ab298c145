"""A declarative runbook: data, validated at start, nothing in it can run code."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from agent.model.record import Record


class Autonomy(StrEnum):
    """How far Steadyhand may go by itself, narrowest first."""

    OBSERVE = "observe"  # say what it would do
    PROPOSE = "propose"  # ask, then act
    ACT = "act"  # act alone where the guard allows

    def narrower(self, other: "Autonomy") -> "Autonomy":
        """The more careful of the two."""
        order = list(Autonomy)
        return min(self, other, key=order.index)


class Precondition(StrEnum):
    """What must be true of the target before the playbook fits; a closed set, checked by policy.choose."""

    PREVIOUS_REVISION_EXISTS = "previous_revision_exists"  # a revision that was current before the blamed change
    NOT_PAUSED = "not_paused"  # the rollout is not paused
    NOT_GITOPS_MANAGED = "not_gitops_managed"  # nothing would put what is written back within minutes
    NO_HPA = "no_hpa"  # no autoscaler owns the replica count
    ROLLOUT_IN_PROGRESS = "rollout_in_progress"  # two revisions run side by side
    SEVERAL_REPLICAS = "several_replicas"  # the others carry the load meanwhile


class PlaybookStep(Record):
    """One typed action; what exactly it acts on follows from the confirmed cause (agent.policy.fitting)."""

    action: Literal[
        "rollback",
        "restart",
        "pause",
        "resume",
        "scale",
        "restore_replicas",
        "raise_bounds",
        "abort_rollout",
        "promote_rollout",
        "rollback_application",
        "suspend_sync",
        "restore_config",
        "turn_flag_off",
        "delete_pod",
        "cordon",
        "uncordon",
        "rerun_job",
        "raise_quota",
    ]
    add_replicas_percent: int = Field(
        default=50, gt=0, le=200, description="scale and raise_bounds: replicas to add, rounded up"
    )
    add_quota_percent: int = Field(default=50, gt=0, le=200, description="raise_quota: how much to add to the limit")


class VerificationPlan(Record):
    """When and how success is measured, by burn rate of the incident's SLO."""

    rollout_seconds: int = Field(default=600, ge=0, description="wait at most this long for the new pods to be ready")
    delay_seconds: int = Field(default=30, ge=0, description="propagation: wait this long after the rollout")
    window_seconds: int = Field(default=300, gt=0, description="how long the burn is watched")
    max_burn: float = Field(default=1.0, gt=0, description="recovered means burn over the window is at most this")
    min_events: int = Field(default=50, ge=1, description="fewer requests than this in the window: cannot tell")


class PlaybookLimits(Record):
    """Caps of one run."""

    max_pods: int = Field(default=50, gt=0, description="refuse if the action would touch more pods")
    max_replicas: int = Field(default=50, gt=0, description="scale only: never above this")


class Playbook(Record):
    """One runbook: causes treated, preconditions, steps, verification, undo, limits, the autonomy it may have at most."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    treats: list[str] = Field(min_length=1, description="names of causes")
    preconditions: list[Precondition] = []
    steps: list[PlaybookStep] = Field(
        min_length=1, max_length=2, description="a second one, on another object, is done when the first is done"
    )
    verification: VerificationPlan = VerificationPlan()
    undo: bool = Field(default=True, description="take the action back when the burn does not fall")
    limits: PlaybookLimits = PlaybookLimits()
    autonomy: Autonomy = Field(default=Autonomy.PROPOSE, description="the most it may ever have")
    rank: int = Field(default=50, ge=0, le=100, description="of several that fit, the smallest is proposed first")
