"""May we? A table of rules; the strictest answer wins, so their order does not matter.

The rules are in `alone` (how far by ourselves), `freezes`, `caps` and `company` (is somebody else on it).
"""

from collections.abc import Callable

from agent.model.proposal import Answer, Permission, PermissionKind
from agent.model.rules import Policy
from agent.policy.alone import approvers, autonomy, error_budget, evidence_age, rollback_safety, who
from agent.policy.answers import refused, strictest_first
from agent.policy.attempt import Attempt
from agent.policy.caps import attempts, blast_radius, lock, rate, replicas_share, spread
from agent.policy.company import hands_off, human_change, kubectl, rollout, silence
from agent.policy.freezes import freeze

__all__ = ["RULES", "Attempt", "guard", "objection", "together"]

RULES: list[Callable[[Attempt, Policy], Answer]] = [
    autonomy,
    error_budget,
    evidence_age,
    rollback_safety,
    approvers,
    freeze,
    blast_radius,
    replicas_share,
    spread,
    attempts,
    rate,
    lock,
    hands_off,
    rollout,
    human_change,
    kubectl,
    silence,
]

NEWS = ("rollout", "human change", "kubectl", "silence")
"""Rules about others: who approved knew what they said then, and must hear what they say now."""


def guard(attempt: Attempt, policy: Policy) -> Permission:
    """Allowed alone, ask so many people, or refused; with the rule that decided, and what every rule said."""
    return settle([rule(attempt, policy) for rule in RULES], *who(attempt, policy))


def together(permissions: list[Permission]) -> Permission:
    """One answer about several actions: the strictest, as many people as any of them needs, in a role that fits them all."""
    named = [set(each.roles) for each in permissions if each.roles is not None]
    roles = sorted(set.intersection(*named)) if named else None
    answers = [answer for each in permissions for answer in each.answers]
    if roles == [] and all(each.roles != [] for each in permissions):
        answers.append(refused("approvers", "no role may approve all of these actions"))
    people = max((each.people for each in permissions), default=1)
    return settle(list({(a.rule, a.kind, a.reason): a for a in answers}.values()), people, roles)


def settle(answers: list[Answer], people: int = 1, roles: list[str] | None = None) -> Permission:
    """The strictest answer decides."""
    ordered = strictest_first(answers)
    first = ordered[0]
    return Permission(
        kind=first.kind, rule=first.rule, reason=first.reason, people=people, roles=roles, answers=ordered
    )


def objection(now: Permission, then: Permission | None, *, by_person: bool) -> Answer | None:
    """What speaks against an action that was decided on earlier; None: go on.

    A refusal always does. A decision of the policy's own needs what it needed then; a person's stands unless
    somebody else turned up meanwhile, or more people are needed now.
    """
    first = Answer(rule=now.rule, kind=now.kind, reason=now.reason)
    if now.kind is PermissionKind.REFUSED or (now.kind is PermissionKind.ASK and not by_person):
        return first
    if not by_person:
        return None
    heard = {(answer.rule, answer.reason) for answer in then.answers} if then else set()
    return next((a for a in now.answers if _news(a) and (a.rule, a.reason) not in heard), None)


def _news(answer: Answer) -> bool:
    return answer.rule in (*NEWS, "approvers") and answer.kind is not PermissionKind.ALLOWED
