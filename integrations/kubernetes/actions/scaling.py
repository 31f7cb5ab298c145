"""Edits of what bounds a workload: the limits of its autoscaler, and a namespace's quota."""

from datetime import datetime
from typing import Any

from agent.errors import Refused
from agent.model.action import Action, RaiseQuota, SetBounds
from integrations.kubernetes.access import Need
from integrations.kubernetes.actions.edit import Edit
from integrations.kubernetes.fields import Json, number, section, text
from integrations.kubernetes.route import Route

BOUNDS = Need("update", "autoscaling", "horizontalpodautoscalers", "no autoscaler's bounds can be moved", write=True)
QUOTAS = Need("update", "", "resourcequotas", "no quota can be raised", write=True)
READ_QUOTA = Need("get", "", "resourcequotas", "no quota can be raised")
READ_BOUNDS = Need("get", "autoscaling", "horizontalpodautoscalers", "no autoscaler's bounds can be moved")


def _scaler(action: SetBounds) -> Route:
    return Route("autoscaling/v2", "horizontalpodautoscalers", action.target.namespace, action.target.name)


def _set_bounds(action: SetBounds, wanted: Json, _around: Any, _now: datetime) -> None:
    if action.minimum > action.maximum:
        raise Refused(f"cannot {action}: the minimum is above the maximum")
    wanted["spec"]["minReplicas"], wanted["spec"]["maxReplicas"] = action.minimum, action.maximum


def _bounds_back(action: SetBounds, found: Json, _around: Any) -> Action | None:
    minimum, maximum = number(found, "spec", "minReplicas") or 1, number(found, "spec", "maxReplicas")
    return SetBounds(target=action.target, minimum=minimum, maximum=maximum) if maximum else None


def _more(action: SetBounds, found: Json, _around: Any) -> int:
    """At most so many pods come or go: by how much the wider of the bounds moves."""
    lower = abs(action.minimum - (number(found, "spec", "minReplicas") or 1))
    return max(abs(action.maximum - number(found, "spec", "maxReplicas")), lower)


def _quota(action: RaiseQuota) -> Route:
    return Route("v1", "resourcequotas", action.target.namespace, action.target.name)


def _set_hard(action: RaiseQuota, wanted: Json, _around: Any, _now: datetime) -> None:
    if action.resource not in section(wanted, "spec", "hard"):
        raise Refused(f"{action.target} does not limit {action.resource}")
    wanted["spec"]["hard"][action.resource] = action.hard


def _hard_back(action: RaiseQuota, found: Json, _around: Any) -> Action | None:
    before = text(found, "spec", "hard", action.resource)
    return RaiseQuota(target=action.target, resource=action.resource, hard=before) if before else None


EDITS = {
    "set_bounds": Edit(
        kinds=("HorizontalPodAutoscaler",),
        route=_scaler,
        change=_set_bounds,
        undo=_bounds_back,
        needs=(READ_BOUNDS, BOUNDS),
        pods=_more,
    ),
    "raise_quota": Edit(
        kinds=("ResourceQuota",),
        route=_quota,
        change=_set_hard,
        undo=_hard_back,
        needs=(READ_QUOTA, QUOTAS),
    ),
}
