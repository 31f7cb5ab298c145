"""Do the errors name the flag that was turned, or share its words?"""

from agent.model.change import ChangeKind
from agent.model.question import MessagesQuestion
from agent.reasoning import terms
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import symptoms

SHARED = 2
"""Words of the flag's name that errors must hold to be about the same thing."""


def _applies(_facts: Facts, subject: Subject) -> bool:
    return subject.change is not None and subject.change.kind is ChangeKind.FLAG


def _read(facts: Facts, subject: Subject) -> Reading | None:
    loud = symptoms(facts).loud
    if subject.change is None or not loud:
        return None
    flag = subject.change.keys[0] if subject.change.keys else subject.change.summary
    named = [s for s in loud if terms.compact(flag) in terms.compact(s.text)]
    services = {word for s in loud for word in terms.words(s.service)}
    shared = (set(terms.words(flag)) - services) & {word for s in loud for word in terms.words(s.text)}
    outcome = "named" if named else "words" if len(shared) >= SHARED else "nothing"
    told = {
        "named": f'an error names {flag}: "{named[0].text[:100]}"' if named else "",
        "words": f"errors speak of {', '.join(sorted(shared))}",
        "nothing": f"no error speaks of {flag}",
    }[outcome]
    return Reading(outcome=outcome, statement=told, evidence=facts.evidence_of(MessagesQuestion))


PROBE = Probe(
    name="flag named",
    question="do the errors name the flag?",
    otherwise={"named": 0.02, "words": 0.10, "nothing": 0.88},
    cost=0.3,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
)
