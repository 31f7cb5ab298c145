"""Does the node send packets again and again?"""

from agent.reasoning import recent
from agent.reasoning.detectors.slowness import LOSING, LOSING_TIMES
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, needs_nothing
from agent.reasoning.recent import Shift


def _courses(facts: Facts, subject: Subject) -> list[Shift]:
    return recent.of(facts, subject.entity.name, "retransmits", node=True) if subject.entity.kind == "Node" else []


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = _courses(facts, subject)
    if not found:
        return None
    shift = max(found, key=lambda s: s.high)
    others = [s.high for s in recent.every(facts, "retransmits", node=True) if s.name != shift.name]
    most = shift.high >= max(others, default=0.0)
    outcome = "none"
    if shift.high >= LOSING and shift.times >= LOSING_TIMES:
        outcome = "many, most here" if most else "many, more elsewhere"
    elif shift.times >= 1.5 and most:  # noqa: PLR2004 - half as many again
        outcome = "some"
    return Reading(
        outcome=outcome,
        statement=f"{shift.high:.2f} retransmissions a second on {shift.name}, before {shift.before:.2f}, elsewhere at most {max(others, default=0.0):.2f}",
        evidence=shift.evidence,
    )


PROBE = Probe(
    name="retransmissions",
    question="does the node send packets again and again?",
    otherwise={"many, most here": 0.03, "many, more elsewhere": 0.03, "some": 0.14, "none": 0.80},
    cost=0.4,
    applies=lambda facts, subject: bool(_courses(facts, subject)),
    needs=needs_nothing,
    read=_read,
)
