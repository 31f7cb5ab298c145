"""Facts for the guard about others at the target: who touched it since, and which rollouts are under way. Pure.

Called by agent.steps.attempting.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.workload import FieldManager, Workload
from agent.policy.attempt import Hand, Touch
from agent.policy.situation import Situation

TOOLS = re.compile(r"^(kubectl|k9s|lens|freelens|node-fetch|mozilla|headlamp|openshift-console)", re.IGNORECASE)
"""Field managers behind which a person sits: kubectl's own, and those of consoles."""

MACHINES = re.compile(
    r"argocd|argo-rollouts|rollouts-controller|kustomize-controller|helm-controller|^flux|autoscaler"
    r"|kube-controller-manager|kube-scheduler|kubelet|^steadyhand$",
    re.IGNORECASE,
)
"""Actors that are no people. Whoever is not known might be one."""

ONE_ACT = timedelta(seconds=60)
"""What the same actor writes within this time after the blamed change is part of it, and so is what a pipeline brings."""

ANNOUNCED = (ChangeKind.DEPLOY, ChangeKind.COMMIT, ChangeKind.SYNC)
"""Changes that somebody tells of, and that others then carry out."""


def touches(
    target: Entity, changes: Sequence[Change], managers: Sequence[FieldManager], blamed: Change | None
) -> list[Touch]:
    """What people wrote to the target, other than what is blamed, and after it."""
    by_change = [
        Touch(hand=Hand.CHANGE, what=f"{change.title} by {change.actor or 'somebody'}", at=change.at)
        for change in changes
        if change.entity == target
        and change.kind is not ChangeKind.COMMIT
        and not MACHINES.search(change.actor)
        and (blamed is None or (change.id != blamed.id and change.at > _over(blamed, change.actor)))
    ]
    by_tool = [
        Touch(hand=Hand.KUBECTL, what=f"{manager.manager} wrote to {target}", at=manager.at)
        for manager in managers
        if manager.at
        and TOOLS.search(manager.manager)
        and (blamed is None or manager.at > _over(blamed, manager.manager))
    ]
    return [*by_change, *by_tool]


def _over(blamed: Change, actor: str) -> datetime:
    """Until when what an actor writes is part of the blamed change."""
    return blamed.at + (ONE_ACT if actor == blamed.actor or blamed.kind in ANNOUNCED else timedelta(0))


def rollouts(place: Situation) -> list[str] | None:
    """Rollouts under way that are not the blamed one; None: nobody could look."""
    workload = place.workload
    if workload is None:
        return None
    if not under_way(workload) or _blamed(place, workload):
        return []
    return [f"a rollout of {workload.entity} is under way (generation {workload.generation})"]


def under_way(workload: Workload) -> bool:
    """As `kubectl rollout status` sees it: not yet noticed, or not all pods are of the new template.

    A Deployment says so itself; one whose pods merely crash after the rollout is done.
    """
    if workload.observed_generation < workload.generation:
        return True
    progressing = workload.conditions.get("Progressing")
    if workload.entity.kind == "Deployment" and progressing:
        return progressing.startswith("True") and "NewReplicaSetAvailable" not in progressing
    return workload.updated < workload.replicas


def _blamed(place: Situation, workload: Workload) -> bool:
    change = place.change
    if change is None or change.entity != workload.entity or change.to_revision is None:
        return False
    return any(revision.current and revision.number == change.to_revision for revision in place.revisions)
