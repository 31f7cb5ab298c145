"""Edits of an Argo Rollout: abort, retry and promote as its own command line does, roll back, pause and resume its spec.

What is under way stands in the status, which its controller reads: abort is a flag there, and a pause of the
steps a list that is emptied to go on.
"""

from datetime import datetime
from typing import Any

from agent.errors import Refused
from agent.model.action import Action, Pause, Resume, Rollback
from agent.model.delivery_action import AbortRollout, PromoteRollout, RetryRollout
from integrations.kubernetes.access import Need
from integrations.kubernetes.actions import workloads
from integrations.kubernetes.actions.edit import Edit
from integrations.kubernetes.doer import Writer
from integrations.kubernetes.fields import Json, flag, items, number, section, text
from integrations.kubernetes.revisions import Kept, kept_revisions
from integrations.kubernetes.route import Route, workload

KIND = ("Rollout",)
GET = Need("get", "argoproj.io", "rollouts", "no Argo Rollout can be aborted or rolled back", extension=True)
STATUS = Need(
    "update",
    "argoproj.io",
    "rollouts",
    "no Argo Rollout can be aborted, retried or promoted",
    subresource="status",
    write=True,
    extension=True,
)
UPDATE = Need("update", "argoproj.io", "rollouts", "no Argo Rollout can be rolled back", write=True, extension=True)


def _route(action: Any) -> Route:
    return workload("Rollout", action.target.namespace, action.target.name)


def _course(found: Json) -> Json:
    """What an approval to steer a rollout is bound to: the template, and how far it is with which revision."""
    status = section(found, "status")
    return {
        "abort": flag(status, "abort"),
        "paused at": [text(each, "reason") for each in items(status, "pauseConditions")],
        "revision": text(status, "currentPodHash"),
        "stable revision": text(status, "stableRS"),
        "template": section(found, "spec", "template"),
    }


def _abort(action: AbortRollout, wanted: Json, _around: Any, _now: datetime) -> None:
    status = wanted.setdefault("status", {})
    if text(status, "currentPodHash") == text(status, "stableRS"):
        raise Refused(f"no rollout of {action.target} is under way: its newest revision is the stable one")
    status["abort"] = True


def _retry(_action: RetryRollout, wanted: Json, _around: Any, _now: datetime) -> None:
    wanted.setdefault("status", {})["abort"] = False


def _promote(_action: PromoteRollout, wanted: Json, _around: Any, _now: datetime) -> None:
    wanted.setdefault("status", {}).pop("pauseConditions", None)


def _canaries(_action: Any, found: Json, _around: Any) -> int:
    return number(found, "status", "updatedReplicas")


async def _kept(writer: Writer, action: Rollback, found: Json) -> list[Kept]:
    if not section(found, "spec", "template"):
        raise Refused(f"{action.target} takes its template from another workload (workloadRef): roll that one back")
    return await kept_revisions(writer.api, action.target, found)


def _resumed(action: Pause, _found: Json, _around: Any) -> Action | None:
    return Resume(target=action.target)


def _paused(action: Resume, _found: Json, _around: Any) -> Action | None:
    return Pause(target=action.target)


EDITS = {
    "abort_rollout": Edit(
        kinds=KIND,
        route=_route,
        change=_abort,
        undo=lambda action, _found, _around: RetryRollout(target=action.target),
        needs=(GET, STATUS),
        described=_course,
        status=True,
        pods=_canaries,
    ),
    "retry_rollout": Edit(
        kinds=KIND,
        route=_route,
        change=_retry,
        undo=lambda action, _found, _around: AbortRollout(target=action.target),
        needs=(GET, STATUS),
        described=_course,
        status=True,
        pods=_canaries,
    ),
    "promote_rollout": Edit(
        kinds=KIND,
        route=_route,
        change=_promote,
        undo=lambda action, _found, _around: AbortRollout(target=action.target),
        needs=(GET, STATUS),
        described=_course,
        status=True,
        pods=_canaries,
    ),
    "rollback Rollout": Edit(
        kinds=KIND,
        route=_route,
        around=_kept,
        change=workloads.roll_back,
        undo=workloads.back,
        needs=(GET, UPDATE),
        ignoring=("replicas",),
        pods=workloads.replicas,
        revision=workloads.current,
        warnings=workloads.nowhere,
    ),
    "pause Rollout": Edit(
        kinds=KIND,
        route=_route,
        change=workloads.pause,
        undo=_resumed,
        needs=(GET, UPDATE),
        ignoring=("replicas",),
    ),
    "resume Rollout": Edit(
        kinds=KIND,
        route=_route,
        change=workloads.resume,
        undo=_paused,
        needs=(GET, UPDATE),
        ignoring=("replicas",),
    ),
}
