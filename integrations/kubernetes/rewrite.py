"""The new Deployment an action asks for, as a pure function of the present one and its ReplicaSets.

The actuator sends its result to the server: with dryRun for a preview, without to act.
"""

import copy
from datetime import datetime
from typing import assert_never

from agent.errors import Refused
from agent.model.action import Action, Restart, Rollback, Scale
from integrations.kubernetes.fields import Json, section
from integrations.kubernetes.masking import HASH_LABEL
from integrations.kubernetes.revisions import Kept
from integrations.kubernetes.rollouts import RESTARTED

KEY = "steadyhand.io/action"


def rewritten(action: Action, found: Json, kept: list[Kept], now: datetime) -> Json:
    """A changed copy, still with its resourceVersion. Raises Refused if a rollback names a revision that is not there."""
    wanted = copy.deepcopy(found)
    wanted.pop("status", None)
    match action:
        case Rollback():
            wanted["spec"]["template"] = _template(action, kept)
        case Restart():
            metadata = wanted["spec"]["template"].setdefault("metadata", {})
            metadata["annotations"] = {**section(metadata, "annotations"), RESTARTED: now.isoformat(timespec="seconds")}
        case Scale():
            wanted["spec"]["replicas"] = action.replicas
        case _:
            assert_never(action)
    return wanted


def marked(wanted: Json, key: str) -> Json:
    """The same with the action's key on it: how an interrupted attempt is recognised later."""
    metadata = {**section(wanted, "metadata"), "annotations": {**section(wanted, "metadata", "annotations"), KEY: key}}
    return {**wanted, "metadata": metadata}


def _template(action: Rollback, kept: list[Kept]) -> Json:
    """The template of the revision with that number and that hash: one of the two is not enough."""
    for each in kept:
        if (each.revision.number, each.revision.template_hash) == (action.to_revision, action.template_hash):
            template = copy.deepcopy(each.template)
            section(template, "metadata", "labels").pop(HASH_LABEL, None)
            return template
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
