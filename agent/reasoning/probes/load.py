"""Did more come in, before or as it began to fail?"""

from agent.model.question import RangeQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.incoming import MUCH_MORE, incoming, risen
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import symptoms


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and bool(symptoms(facts).loud)


def _read(facts: Facts, _subject: Subject) -> Reading | None:
    coming, rose = incoming(facts), risen(facts)
    most = max((course.shift.factor for course in rose), default=1.0)
    outcome = "rose much" if most >= MUCH_MORE else "rose" if rose else "flat" if coming else "unseen"
    told = f"{len(coming)} courses of traffic, none rose"
    if rose:
        told = f"{rose[0].signal.name} of {rose[0].signal.service.name} from {rose[0].shift.before:.0f} to {rose[0].shift.after:.0f}"
    return Reading(outcome=outcome, statement=told, evidence=facts.evidence_of(RangeQuestion))


PROBE = Probe(
    name="load",
    question="did more come in before it began to fail?",
    otherwise={"rose much": 0.02, "rose": 0.06, "flat": 0.42, "unseen": 0.50},
    cost=0.3,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
    whole=True,
)
