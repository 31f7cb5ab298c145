"""May we? A table of rules; the strictest answer wins, so their order does not matter."""

from datetime import datetime

from agent.model.action import Action, Preview
from agent.model.entity import Entity
from agent.model.playbook import Autonomy, Playbook
from agent.model.proposal import Permission, PermissionKind
from agent.model.record import Instant, Record
from agent.model.rules import Policy


class Attempt(Record):
    """What the guard looks at."""

    action: Action
    playbook: Playbook
    preview: Preview
    at: Instant
    acted_here: int = 0  # actions already taken in this incident, undo not counted
    acted_last_hour: int = 0  # over all incidents
    busy: list[Entity] = []  # targets other incidents are acting on or asking about


def guard(attempt: Attempt, policy: Policy) -> Permission:
    """Allowed alone, ask a person, or refused; with the rule that decided."""
    answers = [answer for rule in RULES if (answer := rule(attempt, policy))]
    return max(answers, key=lambda answer: list(PermissionKind).index(answer.kind))


def autonomy(attempt: Attempt, policy: Policy) -> Permission:
    """The narrowest of the policy's, the namespace's and the playbook's autonomy."""
    namespace = policy.namespaces.get(attempt.action.target.namespace, policy.autonomy)
    level = policy.autonomy.narrower(namespace).narrower(attempt.playbook.autonomy)
    kind = {
        Autonomy.OBSERVE: PermissionKind.REFUSED,
        Autonomy.PROPOSE: PermissionKind.ASK,
        Autonomy.ACT: PermissionKind.ALLOWED,
    }[level]
    return Permission(kind=kind, rule="autonomy", reason=f"autonomy for {attempt.action.target} is {level}")


def freeze(attempt: Attempt, policy: Policy) -> Permission | None:
    """Nothing is changed inside a freeze window."""
    window = next((f for f in policy.freezes if f.start <= attempt.at < f.end), None)
    return _refused("freeze", f"frozen until {window.end:%Y-%m-%d %H:%M} UTC: {window.reason}") if window else None


def blast_radius(attempt: Attempt, policy: Policy) -> Permission | None:
    """The action may not touch more pods than policy and playbook allow."""
    cap = min(policy.max_pods, attempt.playbook.limits.max_pods)
    pods = attempt.preview.pods
    return _refused("blast radius", f"{pods} pods would be touched, at most {cap} may be") if pods > cap else None


def attempts(attempt: Attempt, policy: Policy) -> Permission | None:
    """Not again and again in one incident."""
    cap = policy.max_actions_per_incident
    return (
        _refused("attempts", f"{attempt.acted_here} actions were taken in this incident, at most {cap} may be")
        if attempt.acted_here >= cap
        else None
    )


def rate(attempt: Attempt, policy: Policy) -> Permission | None:
    """Not too often over all incidents."""
    cap = policy.max_actions_per_hour
    return (
        _refused("rate", f"{attempt.acted_last_hour} actions in the last hour, at most {cap} may be")
        if attempt.acted_last_hour >= cap
        else None
    )


def lock(attempt: Attempt, _policy: Policy) -> Permission | None:
    """One incident at a time works on a target."""
    return (
        _refused("lock", f"another incident is acting on {attempt.action.target}")
        if attempt.action.target in attempt.busy
        else None
    )


def _refused(rule: str, reason: str) -> Permission:
    return Permission(kind=PermissionKind.REFUSED, rule=rule, reason=reason)


RULES = [autonomy, freeze, blast_radius, attempts, rate, lock]


def in_last_hour(moments: list[datetime], now: datetime) -> int:
    """How many of these lie within the hour before now."""
    return sum(0 <= (now - moment).total_seconds() < 3600 for moment in moments)  # noqa: PLR2004 - seconds of an hour
