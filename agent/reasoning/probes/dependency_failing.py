"""Does the dependency itself answer with errors, as it counts them, or is it healthy for everybody?"""

from datetime import datetime

from agent.model.picture import Side
from agent.model.question import Question
from agent.reasoning.counting import Counts, refined_questions
from agent.reasoning.facts import Facts
from agent.reasoning.onset import EVENTS_NEEDED, find_onset
from agent.reasoning.probes import Probe, Reading, Subject

FAILING = 3.0
"""Times the dependency's own normal error ratio (at least one in a hundred) that count as failing."""

LEFT = 0.25
"""Of its usual requests: where less gets in, that all of it is answered well says nothing of what did not get in."""


def _applies(facts: Facts, subject: Subject) -> bool:
    profile = facts.profile_of(subject.entity)
    known = profile is not None and profile is not facts.profile and profile.slo is not None
    return subject.change is None and known and facts.coarse_onset is not None


def _needs(facts: Facts, subject: Subject) -> list[Question]:
    profile, onset = facts.profile_of(subject.entity), facts.coarse_onset
    return [*refined_questions(profile, onset.at, facts.anchor)] if profile and onset else []


def _read(facts: Facts, subject: Subject) -> Reading | None:
    profile, coarse, onset = facts.profile_of(subject.entity), facts.coarse_onset, facts.onset
    if profile is None or coarse is None or onset is None:
        return None
    questions = refined_questions(profile, coarse.at, facts.anchor)
    counts = facts.counts(profile, questions)
    if counts is None:
        return None
    before, since = counts.tally(until=onset.at), counts.tally(since=onset.at)
    if since.total < EVENTS_NEEDED:
        silent = before.total >= EVENTS_NEEDED
        outcome = "silent" if silent else None
    else:
        outcome = "failing" if since.ratio > max(FAILING * before.ratio, 0.01) else "healthy"
    if outcome == "healthy" and _left(counts, onset.at) < LEFT:
        return None
    if outcome is None:
        return None
    began = find_onset(counts)
    first = f", from {began.at:%H:%M:%S}" if began and outcome == "failing" else ""
    return Reading(
        outcome=outcome,
        statement=f"{subject.entity.name} by its own count fails {since} since {onset.at:%H:%M:%S}, before {before}{first}",
        evidence=facts.cite(*questions),
        sides=[
            Side.counted("before the onset", before.bad, before.total),
            Side.counted("since the onset", since.bad, since.total),
        ],
    )


def _left(counts: Counts, onset: datetime) -> float:
    """How many requests a second there are since the onset for each that there was before; 1 where there was none."""
    before = counts.tally(until=onset).total / max(onset.timestamp() - counts.times[0], 1.0)
    since = counts.tally(since=onset).total / max(counts.times[-1] - onset.timestamp(), 1.0)
    return float(since / before) if before else 1.0


PROBE = Probe(
    name="dependency failing",
    question="does the dependency itself fail, by its own count?",
    otherwise={"failing": 0.06, "silent": 0.02, "healthy": 0.92},
    cost=0.8,
    applies=_applies,
    needs=_needs,
    read=_read,
)
