"""Is the trouble this service's own, or do its callees account for it? Read off the map and what adds up along it."""

from agent.model.question import Question, Services, ServicesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.origin import TELLING, Origin, Own
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.slowness import callees

MOST, SOME = 0.5, 0.1
"""Shares of the alerting service's trouble."""

FEWEST = 2
"""Bad bins of it: within one, when each service was scraped decides who seems to have begun."""


def _part(facts: Facts, subject: Subject) -> tuple[Origin, Own] | None:
    """The clearest reading; where the trouble is within chance there is nobody whose part it could be.

    Nothing of who cannot answer, or calls who cannot: the dead count no failures, and those of their callers look like their own.
    """
    origin, name = facts.origin, subject.entity.name
    if origin is None or origin.bad < FEWEST or subject.entity.kind != "Service":
        return None
    if _unanswering(facts) & {name, *callees(facts).get(name, ())}:
        return None
    part = next((p for p in origin.parts if p.service == name), None)
    return (origin, part) if part else None


def _unanswering(facts: Facts) -> set[str]:
    """Services without a ready endpoint."""
    answers = facts.answers(ServicesQuestion, Services)
    return {each.entity.name for answer in answers for each in answer.items if each.selector and not each.ready}


def _applies(facts: Facts, subject: Subject) -> bool:
    """Not where an indicator counts the errors: its edges are exact, while courses say little in the first minute."""
    return subject.change is None and facts.onset is None and _part(facts, subject) is not None


def _needs(_facts: Facts, _subject: Subject) -> list[Question]:
    return []


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = _part(facts, subject)
    if found is None:
        return None
    origin, part = found
    telling = part.unusual >= TELLING
    gained = part.excess / origin.excess if origin.excess > 0 else 0.0
    if telling and part.share >= MOST:
        outcome = "own"
    elif gained >= SOME and part.explained >= MOST:
        outcome = "passed on"
    else:
        outcome = "some" if telling and part.share >= SOME else "quiet"
    return Reading(
        outcome=outcome,
        statement=(
            f"of the {origin.harm} {origin.alerting} gained since {origin.onset:%H:%M:%S}, {part.share:.0%} is {part.service}'s own, "
            f"{part.unusual:.1f} deviations from its past; its callees account for {part.explained:.0%} of what it gained"
        ),
        evidence=part.evidence,
    )


PROBE = Probe(
    name="own part",
    question="is the trouble its own, or its callees'?",
    otherwise={"own": 0.14, "some": 0.16, "passed on": 0.15, "quiet": 0.55},
    cost=0.2,
    applies=_applies,
    needs=_needs,
    read=_read,
)
