"""Had the same errors come up before the change was made? Then it did not bring them."""

from datetime import timedelta

from agent.model.question import Question
from agent.reasoning.counting import Counts, survey_questions
from agent.reasoning.facts import Facts
from agent.reasoning.onset import find_onset
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject

CLEAR_OF = timedelta(minutes=3)
"""An earlier episode must have begun so long before the change that clocks cannot explain it."""

HISTORY = timedelta(minutes=20)
"""Healthy or not, so much time before the change must have been measured."""

ALIKE = 0.2
"""An earlier episode counts if it reached this share of the present level."""


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is not None and facts.onset is not None and facts.profile.slo is not None


def _needs(facts: Facts, _subject: Subject) -> list[Question]:
    return [*survey_questions(facts.profile, facts.anchor)]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    counts, onset, change = (
        facts.counts(facts.profile, survey_questions(facts.profile, facts.anchor)),
        facts.onset,
        subject.change,
    )
    if counts is None or onset is None or change is None or change.at > onset.at:
        return None
    before = counts.times < (change.at - CLEAR_OF).timestamp()
    total, _ = counts.summed()
    served = counts.times[before & (total > 0)]
    if not len(served) or served[-1] - served[0] < HISTORY.total_seconds():
        return None
    history = Counts(
        counts.times[before],
        {pod: values[before] for pod, values in counts.total.items()},
        {pod: values[before] for pod, values in counts.bad.items()},
    )
    earlier = find_onset(history, baseline=onset.baseline)
    alike = earlier is not None and earlier.level.ratio >= ALIKE * onset.level.ratio
    told = (
        f"errors had risen to {earlier.level.ratio:.1%} at {earlier.at:%H:%M:%S}, before the change at {change.at:%H:%M:%S}"
        if earlier and alike
        else f"no such errors in the {(served[-1] - served[0]) / 60:.0f} minutes measured before the change at {change.at:%H:%M:%S}"
    )
    return Reading(
        outcome=Outcomes.YES if alike else Outcomes.NO, statement=told, evidence=facts.cite(*_needs(facts, subject))
    )


PROBE = Probe(
    name="earlier occurrence",
    question="had such errors come up before the change?",
    otherwise={Outcomes.YES: 0.20, Outcomes.NO: 0.80},
    cost=0.2,
    applies=_applies,
    needs=_needs,
    read=_read,
)
