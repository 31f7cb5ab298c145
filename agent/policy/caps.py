"""How much one action may touch, how often we act, and one incident at a time on a target."""

from datetime import datetime

from agent.model.proposal import Answer
from agent.model.rules import Policy
from agent.policy.answers import allowed, refused
from agent.policy.attempt import Attempt
from agent.policy.scopes import touched

_NAMED = 3
"""So many objects of a place are shown."""


def blast_radius(attempt: Attempt, policy: Policy) -> Answer:
    """The action may not touch more pods than policy and playbook allow."""
    cap = min(policy.max_pods, attempt.playbook.limits.max_pods)
    pods = attempt.preview.pods
    told = f"{pods} pods would be touched, at most {cap} may be"
    return refused("blast radius", told) if pods > cap else allowed("blast radius", told)


def replicas_share(attempt: Attempt, policy: Policy) -> Answer:
    """Nor a larger share of the target's replicas."""
    cap, pods, replicas = policy.max_replicas_percent, attempt.preview.pods, attempt.preview.before.replicas
    if cap is None:
        return allowed("replicas share", "the policy has no cap on it")
    told = f"{pods} pods of {replicas} replicas would be touched, at most {cap} % may be"
    return refused("replicas share", told) if pods * 100 > cap * replicas else allowed("replicas share", told)


def spread(attempt: Attempt, policy: Policy) -> Answer:
    """Nor pods in more namespaces."""
    named, cap = touched(attempt), policy.max_namespaces
    if named is None:
        return refused("namespaces", f"which namespaces would be touched is not known, at most {cap} may be")
    told = f"{len(named)} namespaces would be touched, at most {cap} may be"
    return refused("namespaces", told) if len(named) > cap else allowed("namespaces", told)


def attempts(attempt: Attempt, policy: Policy) -> Answer:
    """Not again and again in one incident."""
    return _counted("attempts", attempt.acted_here, policy.max_actions_per_incident, "were taken in this incident")


def rate(attempt: Attempt, policy: Policy) -> Answer:
    """Not too often over all incidents."""
    return _counted("rate", attempt.acted_last_hour, policy.max_actions_per_hour, "in the last hour")


def _counted(rule: str, taken: int | None, cap: int, where: str) -> Answer:
    if taken is None:
        return refused(rule, f"how many actions {where} is not known, at most {cap} may be")
    told = f"{taken} actions {where}, at most {cap} may be"
    return refused(rule, told) if taken >= cap else allowed(rule, told)


def lock(attempt: Attempt, _policy: Policy) -> Answer:
    """One incident at a time works at a place, under whatever name."""
    target = attempt.action.target
    if attempt.busy is None:
        return refused("lock", f"whether another incident is acting on {target} is not known")
    if target in attempt.busy:
        return refused("lock", f"another incident is acting on {target}")
    if attempt.busy and attempt.family is None:
        return refused("lock", f"another incident is acting, and whether {target} is a part of that place is not known")
    if others := [str(each) for each in attempt.family or [] if each != target]:
        named = ", ".join(others[:_NAMED]) + (f" and {len(others) - _NAMED} more" if len(others) > _NAMED else "")
        if set(attempt.family or []) & set(attempt.busy):
            return refused("lock", f"another incident is acting at the place of {target} ({named})")
    return allowed("lock", f"no other incident is acting on {target}")


def in_last_hour(moments: list[datetime], now: datetime) -> int:
    """How many of these lie within the hour before now."""
    return sum(0 <= (now - moment).total_seconds() < 3600 for moment in moments)  # noqa: PLR2004 - seconds of an hour
