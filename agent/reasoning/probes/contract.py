"""Does the change sit at an end of a call that is refused since, and do the other callers say that it is this end's fault?

A caller that asks for what was never taken is refused alone; a callee that takes less than it did refuses everybody
who asks for that.
"""

from agent.model.question import MessagesQuestion, SpansQuestion
from agent.reasoning.contract import Refused, callers_of, refused, refused_callers
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, needs_nothing


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is not None and bool(refused(facts))


def _read(facts: Facts, subject: Subject) -> Reading | None:
    name = subject.entity.name
    ends = [one for one in refused(facts) if name in (one.caller, one.callee)]
    if not ends:
        worst = refused(facts)[0]
        outcome, told = "elsewhere", f"{worst.callee} refuses {worst.caller or 'callers'}; {name} is neither"
    else:
        outcome, told = _of(facts, name, ends[0])
    cited = [*facts.evidence_of(MessagesQuestion), *facts.evidence_of(SpansQuestion), *facts.change_evidence()]
    return Reading(outcome=outcome, statement=told[:300], evidence=cited)


def _of(facts: Facts, name: str, one: Refused) -> tuple[str, str]:
    struck, known = refused_callers(facts, one.callee, one.why), callers_of(facts, one.callee)
    if not struck:  # nobody saw who is refused
        return ("asks" if one.caller == name else "refuses"), f"{one.callee} refuses some of its callers: {one.example}"
    if one.caller == name:
        others = known - {name}
        outcome = "asks, as others do" if struck & others else "asks alone" if others else "asks"
        return outcome, f"{one.callee} refuses {name} and {len(struck & others)} of {len(others)} others: {one.example}"
    outcome = "refuses" if len(known) < 2 else "refuses several" if len(struck) > 1 else "refuses one"  # noqa: PLR2004
    return outcome, f"{name} refuses {len(struck)} of {len(known)} callers: {one.example}"


PROBE = Probe(
    name="contract",
    question="is the change at an end of the refused calls, and at the right one?",
    otherwise={
        "asks alone": 0.07,
        "asks": 0.15,
        "asks, as others do": 0.17,
        "refuses several": 0.07,
        "refuses": 0.15,
        "refuses one": 0.17,
        "elsewhere": 0.22,
    },
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)

OWN = {
    "asks alone": 0.28,
    "asks": 0.17,
    "asks, as others do": 0.02,
    "refuses several": 0.28,
    "refuses": 0.17,
    "refuses one": 0.03,
    "elsewhere": 0.05,
}
"""What a change that broke something predicts, whichever end it is at."""
