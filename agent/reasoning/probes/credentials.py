"""Who is refused for who it is: this caller only, every caller of the same callee, or is it this service that refuses?"""

from agent.model.question import MessagesQuestion, SpansQuestion
from agent.reasoning.contract import Refused, Why, callers_of, refused, refused_callers
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, needs_nothing


def _asking(facts: Facts) -> list[Refused]:
    return [one for one in refused(facts) if one.why is Why.ASKING]


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and subject.entity.kind == "Service" and bool(_asking(facts))


def _read(facts: Facts, subject: Subject) -> Reading | None:
    name = subject.entity.name
    outcome, told = "none", f"{name} is not refused and refuses nobody for who asks"
    mine = [one for one in _asking(facts) if one.caller == name]
    own = [one for one in _asking(facts) if one.callee == name]
    for one in own:
        callers, struck = callers_of(facts, name), refused_callers(facts, name, Why.ASKING)
        several = len(callers) > 1 and (len(struck) > 1 or not struck)
        outcome = "refuses several" if several else "refuses one"
        told = f"{name} refuses {', '.join(sorted(struck)) or 'callers'} ({one.example})"
    for one in mine:
        others = callers_of(facts, one.callee) - {name}
        struck = refused_callers(facts, one.callee, Why.ASKING) & others
        outcome = "with others" if struck else "alone" if others else "only caller"
        told = f"{one.callee} refuses {name}, and {len(struck)} of {len(others)} other callers ({one.example})"
    cited = [*facts.evidence_of(MessagesQuestion), *facts.evidence_of(SpansQuestion)]
    return Reading(outcome=outcome, statement=told[:300], evidence=cited)


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
    needs=needs_nothing,
    read=_read,
)
