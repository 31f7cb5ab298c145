"""Who is refused for who it is: this caller only, every caller of the same callee, or is it this service that refuses?"""

from agent.model.entity import Entity
from agent.model.question import MessagesQuestion, Question, SpansQuestion
from agent.reasoning.callers import callers, questions
from agent.reasoning.contract import Refused, Why, callers_of, refused, refused_callers
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.probes import Probe, Reading, Subject


def _asking(facts: Facts) -> list[Refused]:
    return [one for one in refused(facts) if one.why is Why.ASKING]


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and subject.entity.kind == "Service" and bool(_asking(facts))


def _needs(facts: Facts, _subject: Subject) -> list[Question]:
    return [q for one in _asking(facts) for q in questions(facts, _callee(facts, one.callee))]


def _callee(facts: Facts, name: str) -> Entity:
    return service_entity(facts.profile.service.evolve(name=name))


def _read(facts: Facts, subject: Subject) -> Reading | None:
    name = subject.entity.name
    edges = [one for one in _asking(facts) if name in (one.caller, one.callee)]
    if not edges:
        told = f"{name} is not refused and refuses nobody for who asks"
        return Reading(outcome="none", statement=told, evidence=_cited(facts, []))
    one = next((edge for edge in edges if edge.caller == name), edges[0])
    known, struck, cited = _callers(facts, one.callee)
    if not struck:
        return None
    others = known - {one.caller}
    if one.caller != name:
        outcome = "refuses several" if len(struck) > 1 else "refuses one"
    elif name not in struck:
        outcome = "none"
    else:
        outcome = "with others" if struck & others else "alone" if others else "only caller"
    told = f"{one.callee} refuses {', '.join(sorted(struck))} of its callers {', '.join(sorted(known))}: {one.example}"
    return Reading(outcome=outcome, statement=told[:300], evidence=_cited(facts, cited))


def _callers(facts: Facts, callee: str) -> tuple[set[str], set[str], list[str]]:
    """(who calls it, whose calls are refused, evidence): by lines and traces, and by metrics where they name the caller."""
    measured, cited = callers(facts, _callee(facts, callee))
    struck = refused_callers(facts, callee, Why.ASKING) | {caller.name for caller in measured if caller.failing}
    return callers_of(facts, callee) | {caller.name for caller in measured} | struck, struck, cited


def _cited(facts: Facts, more: list[str]) -> list[str]:
    return [*more, *facts.evidence_of(MessagesQuestion), *facts.evidence_of(SpansQuestion)]


PROBE = Probe(
    name="credentials",
    question="who is refused for who it is, and who refuses?",
    otherwise={
        "alone": 0.02,
        "only caller": 0.04,
        "with others": 0.05,
        "refuses one": 0.10,
        "refuses several": 0.05,
        "none": 0.74,
    },
    cost=0.3,
    applies=_applies,
    needs=_needs,
    read=_read,
)

OF_A_CHANGE = {
    "alone": 0.12,
    "only caller": 0.10,
    "with others": 0.04,
    "refuses one": 0.05,
    "refuses several": 0.14,
    "none": 0.55,
}
"""What a change that broke something predicts of its service: a check that got stricter, a header that is not sent any more."""
