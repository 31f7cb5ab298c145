"""The words in which the guard's rules answer, and how answers add up: the strictest wins, whatever the order."""

from agent.model.proposal import Answer, PermissionKind

STRICTNESS = [PermissionKind.ALLOWED, PermissionKind.ASK, PermissionKind.REFUSED]


def allowed(rule: str, reason: str) -> Answer:
    """Nothing in the way."""
    return Answer(rule=rule, kind=PermissionKind.ALLOWED, reason=reason)


def ask(rule: str, reason: str) -> Answer:
    """A person must approve."""
    return Answer(rule=rule, kind=PermissionKind.ASK, reason=reason)


def refused(rule: str, reason: str) -> Answer:
    """Not even when asked."""
    return Answer(rule=rule, kind=PermissionKind.REFUSED, reason=reason)


def strictest_first(answers: list[Answer]) -> list[Answer]:
    """In an order that does not depend on the one given: by strictness, autonomy before others, then by name."""
    return sorted(answers, key=lambda a: (-STRICTNESS.index(a.kind), a.rule != "autonomy", a.rule, a.reason))
