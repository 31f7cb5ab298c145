"""Is this less of the same? An approval may narrow what was asked, never widen or replace it. Pure; called by agent.daemon.

A kind of action that is not in the table may not be narrowed: there is nothing smaller that is still the same thing.
"""

from collections.abc import Callable, Mapping

from pydantic import ValidationError

from agent.errors import Refused
from agent.model.action import Action, Scale, SetBounds
from agent.model.proposal import Proposal


def narrower(proposal: Proposal, action: Action) -> str:
    """Why this action is not a narrower form of the proposal's; "" if it is."""
    asked = proposal.action
    rule = NARROWER.get(asked.kind)
    if rule is None or proposal.then:
        return f"{asked.kind.replace('_', ' ')} cannot be narrowed; approve it as it is, or deny it"
    if action.kind != asked.kind or action.target != asked.target:
        return f"another action than the one that was asked about ({asked}) needs a question of its own"
    if action == asked:
        return "that is what was asked; approve it without narrowing"
    return rule(proposal, action)


def narrowed(proposal: Proposal, changes: Mapping[str, int | str]) -> Action:
    """The proposal's action with these fields changed, checked. Raises Refused, saying why not."""
    try:
        action = proposal.action.evolve(**changes)
    except (ValidationError, TypeError):
        allowed = ", ".join(FIELDS.get(proposal.action.kind, [])) or "none"
        raise Refused(
            f"{', '.join(sorted(changes))}: no such narrowing; what may be narrowed here: {allowed}"
        ) from None
    if reason := narrower(proposal, action):
        raise Refused(reason)
    return action


def _replicas(proposal: Proposal, action: Action) -> str:
    """Fewer replicas added, or fewer taken away."""
    if not isinstance(action, Scale) or not isinstance(proposal.action, Scale):
        return "only the number of replicas can be narrowed"
    now, asked = proposal.before.replicas, proposal.action.replicas
    return _between("replicas", now, action.replicas, asked) or ("" if action.replicas != now else _nothing(now))


def _bounds(proposal: Proposal, action: Action) -> str:
    """Bounds moved less far; where they are now, the undo says."""
    now = proposal.undo
    if not (isinstance(action, SetBounds) and isinstance(proposal.action, SetBounds) and isinstance(now, SetBounds)):
        return "where the bounds are now is not known; approve it as it is, or deny it"
    if action == now:
        return _nothing(f"{now.minimum} to {now.maximum}")
    return _between("minimum", now.minimum, action.minimum, proposal.action.minimum) or _between(
        "maximum", now.maximum, action.maximum, proposal.action.maximum
    )


def _between(what: str, now: int, wanted: int, asked: int) -> str:
    low, high = sorted((now, asked))
    return "" if low <= wanted <= high else f"{what} {wanted} is wider than asked: choose between {low} and {high}"


def _nothing(now: object) -> str:
    return f"it is {now} now: nothing would be done; deny it instead"


NARROWER: dict[str, Callable[[Proposal, Action], str]] = {"scale": _replicas, "set_bounds": _bounds}

FIELDS = {"scale": ["replicas"], "set_bounds": ["minimum", "maximum"]}
"""What a channel may offer to narrow."""
