"""Did the errors begin before the change, right after it, or long after?"""

from datetime import timedelta

from agent.model.picture import Side
from agent.model.question import Question
from agent.reasoning.counting import survey_questions
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject

SOON = timedelta(minutes=12)
"""A change that takes effect is felt within this: image pull, start-up and a rollout of several pods."""


def _applies(_facts: Facts, subject: Subject) -> bool:
    return subject.change is not None


def _needs(facts: Facts, _subject: Subject) -> list[Question]:
    return [*survey_questions(facts.profile, facts.anchor)]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    onset, change = facts.onset, subject.change
    if onset is None or change is None:
        return None
    lag = onset.at - change.at
    slack = timedelta(seconds=onset.uncertain_seconds + 5)
    outcome = "before" if lag < -slack else "after" if lag <= SOON else "late"
    told = f"{abs(lag.total_seconds()):.0f} s {'before' if lag.total_seconds() < 0 else 'after'}"
    return Reading(
        outcome=outcome,
        statement=f"errors rose from {onset.baseline:.2%} to {onset.level.ratio:.1%} at {onset.at:%H:%M:%S}, {told} the change at {change.at:%H:%M:%S}",
        evidence=[*facts.cite(*survey_questions(facts.profile, facts.anchor)), *facts.change_evidence()],
        sides=[
            Side(label="normal before the onset", value=onset.baseline),
            Side.counted("since the onset", onset.level.bad, onset.level.total),
        ],
    )


PROBE = Probe(
    name="onset",
    question="did errors begin before or after the change?",
    otherwise={"before": 0.35, "after": 0.35, "late": 0.30},
    cost=0.2,
    applies=_applies,
    needs=_needs,
    read=_read,
)
