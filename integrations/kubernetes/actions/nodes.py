"""Edits of a node: cordon it, and let pods come back."""

from datetime import datetime
from typing import Any

from agent.model.action import Cordon, Uncordon
from integrations.kubernetes.access import Need
from integrations.kubernetes.actions.edit import Edit
from integrations.kubernetes.fields import Json
from integrations.kubernetes.route import Route

NEEDS = (
    Need("get", "", "nodes", "no node can be cordoned", cluster=True),
    Need("update", "", "nodes", "no node can be cordoned", cluster=True, write=True),
)


def _route(action: Any) -> Route:
    return Route("v1", "nodes", name=action.target.name)


def _cordon(_action: Cordon, wanted: Json, _around: Any, _now: datetime) -> None:
    wanted["spec"]["unschedulable"] = True


def _uncordon(_action: Uncordon, wanted: Json, _around: Any, _now: datetime) -> None:
    wanted["spec"].pop("unschedulable", None)


EDITS = {
    "cordon": Edit(
        kinds=("Node",),
        route=_route,
        change=_cordon,
        undo=lambda action, _found, _around: Uncordon(target=action.target),
        needs=NEEDS,
        ignoring=("taints",),  # the node controller adds and removes its own
    ),
    "uncordon": Edit(
        kinds=("Node",),
        route=_route,
        change=_uncordon,
        undo=lambda action, _found, _around: Cordon(target=action.target),
        needs=NEEDS,
        ignoring=("taints",),
    ),
}
