"""Calls that are refused, by edge: of whom the credentials are spoken for, and who asks for what is not taken."""

from agent.model.finding import Finding, FindingKind
from agent.model.question import MessagesQuestion, SpansQuestion
from agent.reasoning.blame import CHANGED
from agent.reasoning.contract import Refused, Why, callers_of, refused, refused_callers
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.stated import LIKELY, POSSIBLE

KINDS = {Why.ASKED: FindingKind.CLIENTS_CHANGED, Why.ASKING: FindingKind.NOT_ALLOWED}


def detect(facts: Facts) -> list[Finding]:
    """One for each edge whose caller is known; where every caller is refused, one of the callee beside them."""
    found = [_of_caller(facts, one) for one in refused(facts) if one.caller]
    callees = {one.callee: one for one in refused(facts) if one.why is Why.ASKING}
    return [*found, *(_of_callee(facts, one) for one in callees.values() if _all(facts, one))]


def _all(facts: Facts, one: Refused) -> bool:
    """Whether it refuses everybody, or may; of one caller alone that cannot be told."""
    callers = callers_of(facts, one.callee)
    struck = refused_callers(facts, one.callee, one.why)
    return len(callers) > 1 and (struck >= callers or not struck)


def _of_caller(facts: Facts, one: Refused) -> Finding:
    of_credentials = one.why is Why.ASKING
    return _finding(
        facts,
        one,
        one.caller,
        f"{one.callee} refuses {one.caller} for {one.why}: {one.example}",
        "credentials-refused" if of_credentials else "",
        (POSSIBLE if _all(facts, one) else LIKELY) if of_credentials else 0.0,
    )


def _of_callee(facts: Facts, one: Refused) -> Finding:
    told = f"{one.callee} refuses all its callers for {one.why}: {one.example}"
    return _finding(facts, one, one.callee, told, "authorization-broken", LIKELY)


def _finding(facts: Facts, one: Refused, name: str, told: str, cause: str, trust: float) -> Finding:
    changed = any(change.entity.name == name and change.at <= facts.anchor for change in facts.changes)
    return Finding(
        kind=KINDS[one.why],
        entity=service_entity(facts.profile.service.evolve(name=name)),
        statement=told[:300],
        normal="it is served",
        magnitude=one.count,
        evidence=[*facts.evidence_of(MessagesQuestion), *facts.evidence_of(SpansQuestion)],
        cause=cause,
        trust=trust * CHANGED if changed else trust,
    )
