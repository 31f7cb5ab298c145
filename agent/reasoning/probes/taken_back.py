"""When a suspected release was replaced again before we looked: did the errors go away with it?"""

from datetime import timedelta

from agent.model.change import Change
from agent.model.question import Question
from agent.reasoning.counting import survey_questions
from agent.reasoning.facts import Facts
from agent.reasoning.onset import EVENTS_NEEDED
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.proximity import ROLLED

SETTLING = timedelta(minutes=2)
"""A rollout has to reach every pod before what follows can be measured."""

GONE = 0.25
"""Errors that fell to this share of what they were are taken as gone."""


def _successor(facts: Facts, change: Change | None) -> Change | None:
    """The next rollout of the same workload after a change, if there is time enough after it."""
    if change is None or change.kind not in ROLLED:
        return None
    later = [c for c in facts.changes if c.entity == change.entity and c.kind in ROLLED and c.at > change.at]
    return later[0] if later and later[0].at + SETTLING < facts.anchor else None


def _applies(facts: Facts, subject: Subject) -> bool:
    return facts.profile.slo is not None and _successor(facts, subject.change) is not None


def _needs(facts: Facts, _subject: Subject) -> list[Question]:
    return [*survey_questions(facts.profile, facts.anchor)]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    counts = facts.counts(facts.profile, survey_questions(facts.profile, facts.anchor))
    successor = _successor(facts, subject.change)
    if counts is None or successor is None or subject.change is None:
        return None
    with_it = counts.tally(since=subject.change.at, until=successor.at)
    without = counts.tally(since=successor.at + SETTLING)
    before = counts.tally(until=subject.change.at)
    enough = min(with_it.total, without.total) >= EVENTS_NEEDED
    if not enough or with_it.ratio <= 3 * max(before.ratio, 0.001):
        return None
    gone = without.ratio - before.ratio <= GONE * (with_it.ratio - before.ratio)
    return Reading(
        outcome="recovered" if gone else "persists",
        statement=(f"while it was live {with_it} failed; after {successor.title} at {successor.at:%H:%M:%S} {without}"),
        evidence=[*facts.cite(*_needs(facts, subject)), *facts.change_evidence()],
    )


PROBE = Probe(
    name="taken back",
    question="did the errors go away when this release was replaced?",
    otherwise={"recovered": 0.15, "persists": 0.85},
    cost=0.2,
    applies=_applies,
    needs=_needs,
    read=_read,
)
