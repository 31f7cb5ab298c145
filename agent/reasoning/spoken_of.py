"""A probe that asks how much of what fails speaks of one family of causes; agent.reasoning.probes makes several of it."""

from agent.model.question import MessagesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.outside_signs import sign
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import symptoms

MOST, SOME = 0.6, 0.1


def spoken_of(name: str, family: str, question: str, what: str) -> Probe:
    """The probe of one family of agent.reasoning.outside_signs."""

    def applies(facts: Facts, subject: Subject) -> bool:
        return subject.change is None and bool(symptoms(facts).loud)

    def read(facts: Facts, _subject: Subject) -> Reading | None:
        found = sign(facts, family)
        outcome = "most" if found.share >= MOST else "some" if found.share >= SOME else "none"
        example = f', such as "{found.examples[0]}"' if found.examples else ""
        told = f"{found.share:.0%} of the new errors speak of {what}{example}"
        return Reading(outcome=outcome, statement=told, evidence=facts.evidence_of(MessagesQuestion))

    return Probe(
        name=name,
        question=question,
        otherwise={"most": 0.01, "some": 0.04, "none": 0.95},
        cost=0.3,
        applies=applies,
        needs=lambda _facts, _subject: [],
        read=read,
        whole=True,
    )
