"""Which kinds of actions a playbook comes to. Called by agent.policy.reach and by the table of rights to write."""

from agent.model.playbook import Playbook

_DONE_BY = {"restore_replicas": "scale", "raise_bounds": "set_bounds", "turn_flag_off": "set_flag"}
"""Steps whose action has another name than they have."""

_TAKEN_BACK_BY = {
    "abort_rollout": "retry_rollout",
    "cordon": "uncordon",
    "pause": "resume",
    "promote_rollout": "abort_rollout",
    "resume": "pause",
    "suspend_sync": "resume_sync",
    "uncordon": "cordon",
}
"""Actions whose undo is of another kind."""

NODES = ("cordon", "uncordon")
"""Actions on what is in no namespace."""


def done(playbook: Playbook) -> list[str]:
    """The kinds of actions that its steps are."""
    return list(dict.fromkeys(_DONE_BY.get(step.action, step.action) for step in playbook.steps))


def kinds(playbook: Playbook) -> list[str]:
    """The kinds of actions it does, and those that take them back."""
    back = [_TAKEN_BACK_BY.get(kind, kind) for kind in done(playbook)] if playbook.undo else []
    return list(dict.fromkeys([*done(playbook), *back]))
