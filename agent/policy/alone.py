"""How far Steadyhand may go by itself: autonomy, the error budget, the age of the evidence, who must approve."""

from agent.model.playbook import Autonomy
from agent.model.proposal import Answer
from agent.model.rules import Policy
from agent.model.safety import CheckOutcome
from agent.policy.answers import allowed, ask, refused
from agent.policy.attempt import Attempt
from agent.policy.scopes import covers, perhaps, touched


def autonomy(attempt: Attempt, policy: Policy) -> Answer:
    """The narrowest of the house's, the namespaces', the most specific rule's and the playbook's autonomy."""
    level, said_by = narrowest(attempt, policy)
    reason = f"autonomy for {attempt.action.target} is {level} ({said_by})"
    match level:
        case Autonomy.OBSERVE:
            return refused("autonomy", reason)
        case Autonomy.PROPOSE:
            return ask("autonomy", reason)
        case Autonomy.ACT:
            return allowed("autonomy", reason)


def narrowest(attempt: Attempt, policy: Policy) -> tuple[Autonomy, str]:
    """The autonomy that holds, and who says so; of equals the first of these."""
    said = [
        (policy.autonomy, "policy.autonomy"),
        *((level, f"policy.namespaces.{name}") for name, level in _of_namespaces(attempt, policy)),
        *_of_rules(attempt, policy),
        (attempt.playbook.autonomy, f"playbook {attempt.playbook.name}"),
    ]
    return min(said, key=lambda pair: list(Autonomy).index(pair[0]))


def _of_namespaces(attempt: Attempt, policy: Policy) -> list[tuple[str, Autonomy]]:
    named = touched(attempt)
    return [(name, level) for name, level in sorted(policy.namespaces.items()) if named is None or name in named]


def _of_rules(attempt: Attempt, policy: Policy) -> list[tuple[Autonomy, str]]:
    """The most specific that match; while it is open which do, every one that may."""
    rules = {f"policy.autonomy_rules[{i}]": rule for i, rule in enumerate(policy.autonomy_rules)}
    about = {name: told for name, rule in rules.items() if (told := covers(rule, attempt)) is not False}
    certain = all(about.values())
    most = max((rules[name].specificity for name in about), default=0)
    return [(rules[name].autonomy, name) for name in about if not certain or rules[name].specificity == most]


def error_budget(attempt: Attempt, policy: Policy) -> Answer:
    """Acting alone is only for when the budget is really at stake; a person may approve at any burn."""
    wanted = policy.error_budget
    if wanted is None:
        return allowed("error budget", "the policy does not look at it")
    burn, left = attempt.burn, attempt.budget_left
    if burn is None or left is None:
        missing = "the burn rate" if burn is None else "what is left of the error budget"
        return ask("error budget", f"{missing} is not known, so nothing is done alone")
    told = f"burn {burn:.1f}, {left:.0%} of the budget left"
    alone = f"alone above burn {wanted.min_burn:g} with less than {wanted.max_left_percent:g} % left"
    # negated, so that NaN is no permission either
    if not (burn > wanted.min_burn and left * 100 < wanted.max_left_percent):
        return ask("error budget", f"{told}; {alone}")
    return allowed("error budget", told)


def evidence_age(attempt: Attempt, policy: Policy) -> Answer:
    """What was true an hour ago is no reason to act alone now."""
    most = policy.max_evidence_age_seconds
    if attempt.evidence_at is None:
        return ask("evidence age", "how old the deciding evidence is is not known")
    age = (attempt.at - attempt.evidence_at).total_seconds()
    if age < 0:
        return ask("evidence age", "the deciding evidence is from the future: a clock is wrong")
    if age > most:
        return ask(
            "evidence age", f"the oldest deciding evidence is of {attempt.evidence_at:%H:%M:%S} UTC, over {most} s old"
        )
    return allowed("evidence age", f"the oldest deciding evidence is {age:.0f} s old, at most {most} s may it be")


def rollback_safety(attempt: Attempt, _policy: Policy) -> Answer:
    """A failed check blocks, one that could not tell keeps it from being done alone."""
    if attempt.checks is None:
        return refused("rollback safety", "it was not checked")
    for outcome, answer in ((CheckOutcome.FAILED, refused), (CheckOutcome.UNKNOWN, ask)):
        if told := [f"{check.name}: {check.statement}" for check in attempt.checks if check.outcome is outcome]:
            return answer("rollback safety", "; ".join(told))
    return allowed(
        "rollback safety", f"{len(attempt.checks)} checks passed" if attempt.checks else "nothing is rolled back"
    )


def approvers(attempt: Attempt, policy: Policy) -> Answer:
    """Two people where the policy wants two; nobody where its rules leave nobody."""
    people, roles = who(attempt, policy)
    if roles == []:
        return refused("approvers", "the rules for it have no role in common, so nobody may approve")
    named = f" in {' or '.join(roles)}" if roles else ""
    whom = f"{people} {'person' if people == 1 else 'people'}{named}"
    if people > 1:
        return ask("approvers", f"{whom} must approve")
    return allowed("approvers", f"when asked, {whom} may approve")


def who(attempt: Attempt, policy: Policy) -> tuple[int, list[str] | None]:
    """How many must approve, and in which roles; None: in any."""
    about = perhaps(policy.approvers, attempt)
    named = [set(rule.roles) for rule in about if rule.roles]
    roles = sorted(set.intersection(*named)) if named else None
    return max((rule.people for rule in about), default=1), roles
