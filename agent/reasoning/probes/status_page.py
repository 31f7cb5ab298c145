"""Does a provider's status page report trouble that began when ours did?"""

import re
from datetime import timedelta

from agent.model.question import MessagesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject
from agent.reasoning.symptoms import FEED, began

NEAR = timedelta(minutes=20)
TROUBLE = re.compile(
    r"degraded|outage|impair|elevated|increased error|disrupt|unavailable|investigating|identified|incident",
    re.IGNORECASE,
)


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and any(FEED in message.fields for message in facts.messages)


def _read(facts: Facts, _subject: Subject) -> Reading | None:
    start = began(facts)
    told = [
        m
        for m in facts.messages
        if FEED in m.fields and m.at and abs(m.at - start) <= NEAR and TROUBLE.search(f"{m.level} {m.text}")
    ]
    said = (
        f'"{told[0].text[:140]}" at {told[0].at:%H:%M:%S}'
        if told and told[0].at
        else "no report of trouble at that time"
    )
    return Reading(
        outcome=Outcomes.YES if told else Outcomes.NO, statement=said, evidence=facts.evidence_of(MessagesQuestion)
    )


PROBE = Probe(
    name="status page",
    question="does a provider report trouble of its own at that time?",
    otherwise={Outcomes.YES: 0.04, Outcomes.NO: 0.96},
    cost=0.3,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
    whole=True,
)
