"""Edits that go through the tool that delivers: an Argo CD Application back to its history, a Flux object suspended or resumed."""

from datetime import datetime
from typing import Any

from agent.errors import Refused
from agent.model.action import Action
from agent.model.delivery_action import ResumeSync, RollbackApplication, SuspendSync
from integrations.kubernetes.access import Need
from integrations.kubernetes.actions.edit import Edit
from integrations.kubernetes.fields import Json, flag, items, number, section, text
from integrations.kubernetes.route import Route

FLUX = {
    "Kustomization": ("kustomize.toolkit.fluxcd.io/v1", "kustomizations"),
    "HelmRelease": ("helm.toolkit.fluxcd.io/v2", "helmreleases"),
}
APPLICATIONS = (
    Need("get", "argoproj.io", "applications", "Argo CD cannot be asked to go back", extension=True),
    Need("update", "argoproj.io", "applications", "Argo CD cannot be asked to go back", write=True, extension=True),
)
SYNCS = tuple(
    Need(
        verb,
        group.partition("/")[0],
        resource,
        "Flux cannot be suspended",
        write=verb == "update",
        extension=True,
        kind=kind,
    )
    for kind, (group, resource) in FLUX.items()
    for verb in ("get", "update")
)


def _application(action: RollbackApplication) -> Route:
    return Route("argoproj.io/v1alpha1", "applications", action.target.namespace, action.target.name)


def _wish(found: Json) -> Json:
    """What an approval is bound to: the declared source and policy, and the operation asked for."""
    return {"spec": section(found, "spec"), "operation": section(found, "operation")}


def _roll_back(action: RollbackApplication, wanted: Json, _around: Any, _now: datetime) -> None:
    """As its own command line asks for it; an Application that syncs by itself would come straight back."""
    found = section(wanted, "spec", "syncPolicy").get("automated")
    if isinstance(found, dict) and found.get("enabled") is not False:
        heals = " and heals" if flag(found, "selfHeal") else ""
        raise Refused(f"{action.target} syncs{heals} by itself: it would come straight back; revert the change in Git")
    if section(wanted, "operation"):
        raise Refused(f"{action.target} is at work on another operation")
    entry = next((each for each in items(wanted, "status", "history") if number(each, "id") == action.history), None)
    if entry is None or text(entry, "revision") != action.revision:
        there = ", ".join(f"{number(e, 'id')} ({text(e, 'revision')[:12]})" for e in items(wanted, "status", "history"))
        raise Refused(
            f"{action.target} has no history {action.history} of {action.revision[:12]}; these exist: {there or 'none'}"
        )
    sync: Json = {"revision": action.revision, "syncStrategy": {"hook": {}}}
    if source := section(entry, "source"):
        sync["source"] = source
    wanted["operation"] = {
        "initiatedBy": {"username": "steadyhand"},
        "info": [{"name": "Reason", "value": "rollback by Steadyhand"}],
        "sync": sync,
    }


def _forth(action: RollbackApplication, found: Json, _around: Any) -> Action | None:
    """Back to what runs now: the newest entry of the history."""
    history = sorted(items(found, "status", "history"), key=lambda each: number(each, "id"))
    if not history:
        return None
    return RollbackApplication(
        target=action.target, history=number(history[-1], "id"), revision=text(history[-1], "revision")
    )


def _touched(_action: RollbackApplication, found: Json, _around: Any) -> int:
    """How many workloads the Application keeps: each may replace its pods."""
    kinds = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")
    return sum(text(each, "kind") in kinds for each in items(found, "status", "resources"))


def _sync(action: Any) -> Route:
    api, resource = FLUX[action.target.kind]
    return Route(api, resource, action.target.namespace, action.target.name)


def _suspend(_action: SuspendSync, wanted: Json, _around: Any, _now: datetime) -> None:
    wanted["spec"]["suspend"] = True


def _resume(_action: ResumeSync, wanted: Json, _around: Any, _now: datetime) -> None:
    wanted["spec"].pop("suspend", None)


EDITS = {
    "rollback_application": Edit(
        kinds=("Application",),
        route=_application,
        change=_roll_back,
        undo=_forth,
        needs=APPLICATIONS,
        described=_wish,
        pods=_touched,
    ),
    "suspend_sync": Edit(
        kinds=tuple(FLUX),
        route=_sync,
        change=_suspend,
        undo=lambda action, _found, _around: ResumeSync(target=action.target),
        needs=SYNCS,
    ),
    "resume_sync": Edit(
        kinds=tuple(FLUX),
        route=_sync,
        change=_resume,
        undo=lambda action, _found, _around: SuspendSync(target=action.target),
        needs=SYNCS,
    ),
}
