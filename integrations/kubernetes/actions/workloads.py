"""Edits of a workload's pods: roll back, restart, scale, pause and resume."""

import copy
from datetime import datetime
from typing import Any

from agent.errors import Refused
from agent.model.action import Action, Pause, Restart, Resume, Rollback, Scale
from integrations.kubernetes.access import Need
from integrations.kubernetes.actions.edit import Edit
from integrations.kubernetes.doer import Writer
from integrations.kubernetes.fields import Json, flag, number, section
from integrations.kubernetes.masking import HASH_LABEL
from integrations.kubernetes.ownership import autoscalers
from integrations.kubernetes.revisions import Kept, kept_revisions
from integrations.kubernetes.rollouts import RESTARTED
from integrations.kubernetes.route import Route, workload

REVISED = ("Deployment", "StatefulSet", "DaemonSet")
UPDATES = tuple(
    Need("update", "apps", resource, "nothing can be rolled back, restarted, scaled or paused", write=True, kind=kind)
    for kind, resource in zip(REVISED, ("deployments", "statefulsets", "daemonsets"), strict=True)
)


def _route(action: Any) -> Route:
    return workload(action.target.kind, action.target.namespace, action.target.name)


async def _kept(writer: Writer, action: Any, found: Json) -> list[Kept]:
    return await kept_revisions(writer.api, action.target, found)


async def _kept_and_scalers(writer: Writer, action: Scale, found: Json) -> tuple[list[Kept], list[str]]:
    return await kept_revisions(writer.api, action.target, found), await autoscalers(writer.api, found)


def current(kept: list[Kept]) -> int | None:
    """The number of the revision that runs now."""
    return next((each.revision.number for each in kept if each.revision.current), None)


def replicas(action: Any, found: Json, _around: Any) -> int:
    """How many pods are replaced."""
    if action.target.kind == "DaemonSet":
        return number(found, "status", "desiredNumberScheduled")
    return number(found, "spec", "replicas")


def roll_back(action: Rollback, wanted: Json, kept: list[Kept], _now: datetime) -> None:
    """The template of the revision with that number and that hash: one of the two is not enough."""
    for each in kept:
        if (each.revision.number, each.revision.template_hash) == (action.to_revision, action.template_hash):
            template = copy.deepcopy(each.template)
            section(template, "metadata", "labels").pop(HASH_LABEL, None)
            wanted["spec"]["template"] = template
            return
    raise Refused(_no_longer(action, kept))


def _no_longer(action: Rollback, kept: list[Kept]) -> str:
    there = ", ".join(f"{each.revision.number} ({each.revision.template_hash})" for each in kept) or "none"
    numbered = next((each for each in kept if each.revision.number == action.to_revision), None)
    if numbered:
        return (
            f"revision {action.to_revision} of {action.target} is another template now "
            f"({numbered.revision.template_hash}, not {action.template_hash}); these exist: {there}"
        )
    return f"revision {action.to_revision} of {action.target} no longer exists; these exist: {there}"


def back(action: Rollback, _found: Json, kept: list[Kept]) -> Action | None:
    """Forward again to the revision that runs now."""
    current = next((each.revision for each in kept if each.revision.current), None)
    if current is None:
        return None
    return Rollback(target=action.target, to_revision=current.number, template_hash=current.template_hash)


def nowhere(_action: Rollback, _found: Json, kept: list[Kept]) -> list[str]:
    """That the undo has nothing to go to."""
    known = current(kept) is not None
    return [] if known else ["the revision running now is not recorded yet: there is nothing to undo to"]


def _restart(_action: Restart, wanted: Json, _kept: Any, now: datetime) -> None:
    metadata = wanted["spec"]["template"].setdefault("metadata", {})
    metadata["annotations"] = {**section(metadata, "annotations"), RESTARTED: now.isoformat(timespec="seconds")}


def _scale(action: Scale, wanted: Json, _around: Any, _now: datetime) -> None:
    wanted["spec"]["replicas"] = action.replicas


def _scale_back(action: Scale, found: Json, _around: Any) -> Action | None:
    replicas = number(found, "spec", "replicas")
    return Scale(target=action.target, replicas=replicas) if replicas > 0 else None


def _difference(action: Scale, found: Json, _around: Any) -> int:
    return abs(action.replicas - number(found, "spec", "replicas"))


def pause(_action: Pause, wanted: Json, _around: Any, _now: datetime) -> None:
    """Stop the rollout."""
    wanted["spec"]["paused"] = True


def resume(_action: Resume, wanted: Json, _around: Any, _now: datetime) -> None:
    """Let it go on."""
    wanted["spec"].pop("paused", None)


EDITS = {
    "rollback": Edit(
        kinds=REVISED,
        route=_route,
        around=_kept,
        change=roll_back,
        undo=back,
        needs=UPDATES,
        ignoring=("replicas",),
        pods=replicas,
        revision=current,
        warnings=nowhere,
    ),
    "restart": Edit(
        kinds=REVISED,
        route=_route,
        around=_kept,
        change=_restart,
        undo=lambda _action, _found, _kept: None,
        needs=UPDATES,
        ignoring=("replicas",),
        pods=replicas,
        revision=current,
    ),
    "scale": Edit(
        kinds=("Deployment", "StatefulSet"),
        route=_route,
        around=_kept_and_scalers,
        change=_scale,
        undo=_scale_back,
        needs=UPDATES[:2],
        ignoring=("replicas",),
        pods=_difference,
        revision=lambda around: current(around[0]),
        warnings=lambda _action, _found, around: around[1],
    ),
    "pause": Edit(
        kinds=("Deployment",),
        route=_route,
        change=pause,
        undo=lambda action, _found, _around: Resume(target=action.target),
        needs=UPDATES[:1],
        ignoring=("replicas",),
    ),
    "resume": Edit(
        kinds=("Deployment",),
        route=_route,
        change=resume,
        undo=lambda action, _found, _around: Pause(target=action.target),
        needs=UPDATES[:1],
        ignoring=("replicas",),
        pods=lambda _action, found, _around: (
            number(found, "spec", "replicas") - number(found, "status", "updatedReplicas")
            if flag(found, "spec", "paused")
            else 0
        ),
    ),
}
