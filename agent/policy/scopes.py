"""Whether a line of the policy is about an attempt: yes, no, or nobody can tell."""

from collections.abc import Sequence
from typing import TypeVar

from agent.model.scope import Scope
from agent.policy.attempt import Attempt

Line = TypeVar("Line", bound=Scope)


def covers(scope: Scope, attempt: Attempt) -> bool | None:
    """True or False where that is certain; None where it hangs on something unknown, or only part of it is covered."""
    told = [
        _namespaces(scope, attempt),
        _one(scope.services, str(attempt.service) if attempt.service else None),
        _one(scope.actions, attempt.action.kind),
        _one(scope.severities, attempt.severity),
    ]
    if False in told:
        return False
    return None if None in told else True


def perhaps(lines: Sequence[Line], attempt: Attempt) -> list[Line]:
    """Those that are about the attempt, as far as anybody can tell: for lines that make it stricter."""
    return [line for line in lines if covers(line, attempt) is not False]


def touched(attempt: Attempt) -> list[str] | None:
    """The namespaces an attempt is about: its target's, and those whose pods it touches. None: not known."""
    own = [attempt.action.target.namespace] if attempt.action.target.namespace else []
    return None if attempt.namespaces is None else list(dict.fromkeys([*own, *attempt.namespaces]))


def _one(wanted: Sequence[str], known: str | None) -> bool | None:
    if not wanted:
        return True
    return None if known is None else known in wanted


def _namespaces(scope: Scope, attempt: Attempt) -> bool | None:
    if not scope.namespaces:
        return True
    named = touched(attempt)
    if named is None:
        return None
    inside = [namespace in scope.namespaces for namespace in named]
    return None if any(inside) and not all(inside) else all(inside) and bool(inside)
