"""May its pods ask the API server, by their own account, its bindings and its token? Checked without believing the log."""

from datetime import timedelta

from agent.model.change import Change, ChangeKind
from agent.model.inventory import Declared, Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import workload_of
from agent.reasoning.probes import Probe, Reading, Subject, needs_nothing
from agent.reasoning.rights import Refusal, Refused, gets_token, granted, refusals, refused_workload, user_of

KINDS = {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "ServiceAccount"}
BEFORE = timedelta(hours=1)


def _declared(facts: Facts, subject: Subject) -> Declared | None:
    return workload_of(facts.estate, subject.entity) if facts.estate and not subject.change else None


def _applies(facts: Facts, subject: Subject) -> bool:
    return _declared(facts, subject) is not None and bool(refusals(facts))


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate, declared = facts.estate, _declared(facts, subject)
    if estate is None or declared is None:
        return None
    told = {r.how: r for r in refusals(facts) if refused_workload(estate, r) == declared.entity.name}
    outcome, statement = _checked(facts, estate, declared, told)
    evidence = [*facts.evidence_of(InventoryQuestion), *facts.change_evidence()]
    return Reading(outcome=outcome, statement=statement, evidence=evidence)


def _checked(facts: Facts, estate: Estate, declared: Declared, told: dict[Refused, Refusal]) -> tuple[str, str]:
    user, forbidden = user_of(estate, declared), told.get(Refused.FORBIDDEN)
    if not gets_token(estate, declared):
        return "no token", f"its pods are given no token of {user}"
    changed = _changed(facts, user)
    if forbidden:
        return _judged(estate, user, forbidden, changed)
    renewed = [change for change in changed if change.entity.kind == "ServiceAccount"]
    if Refused.REJECTED in told and renewed:
        return "account renewed", f"tokens of before are void{_told(renewed)}"
    return (
        "nothing",
        f"{user} has a token{_peers(facts, estate, declared, told)}, and its account is the same as before",
    )


def _judged(estate: Estate, user: str, forbidden: Refusal, changed: list[Change]) -> tuple[str, str]:
    """A 403 by the bindings; where they cannot tell, by whether anybody touched them."""
    if forbidden.user != user:
        return "another account", f"its pods are {user}, the refused one is {forbidden.user}"
    what, allowed = f"{user} to {forbidden.verb} {forbidden.resource}", granted(estate, forbidden)
    if allowed is None:
        told = f"whether {what} is allowed cannot be read here{_told(changed)}"
        return ("rights changed" if changed else "nothing"), told
    if allowed:
        return "granted", f"a RoleBinding allows {what}"
    return "not granted", f"no RoleBinding of {estate.namespace} allows {what}{_told(changed)}"


def _changed(facts: Facts, user: str) -> list[Change]:
    """What was altered of roles and bindings shortly before, or of its own account: of others' accounts it is no matter."""
    return [
        change
        for change in facts.changes
        if change.kind is ChangeKind.POLICY and change.entity.kind in KINDS
        if facts.began - BEFORE <= change.at <= facts.anchor
        if change.entity.kind != "ServiceAccount" or change.entity.name == user.rsplit(":", maxsplit=1)[-1]
    ]


def _told(changes: list[Change]) -> str:
    return "".join(f"; {change.summary} at {change.at:%H:%M:%S}" for change in changes[:3])


def _peers(facts: Facts, estate: Estate, declared: Declared, told: dict[Refused, Refusal]) -> str:
    """How others with the same account fare: where they are refused too it is the account's matter."""
    user = user_of(estate, declared)
    others = {w.entity.name for w in estate.workloads if w is not declared and user_of(estate, w) == user}
    refused = {r.service for r in refusals(facts) if r.service in others and r.how in told}
    if not others:
        return ""
    return f", {len(refused)} of {len(others)} others with it are refused too"


OTHERWISE = {
    # who has every right, and a line of before the right came back, or of somebody else, is no victim
    **dict.fromkeys(("granted", "another account"), 0.12),
    **dict.fromkeys(("not granted", "rights changed", "no token", "account renewed"), 0.02),
    "nothing": 0.68,
}

PROBE = Probe(
    name="API access",
    question="may its pods ask the API server for what they are refused?",
    otherwise=OTHERWISE,
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
