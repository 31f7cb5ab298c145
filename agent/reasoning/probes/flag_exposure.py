"""Do errors follow the share of evaluations in which the flag had its new value?

Exposure is counted by OpenFeature's hooks and by flagd; a flag that nobody counts cannot be tested so.
"""

from datetime import UTC, datetime

import numpy as np

from agent.model.change import ChangeKind
from agent.model.query import Aggregate, Matcher, Rate, Select
from agent.model.question import MetricAnswer, Question, RangeQuestion
from agent.model.record import Window
from agent.reasoning.counting import SURVEY, SURVEY_STEP, Counts, survey_questions
from agent.reasoning.dose import Response, dose_response
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject

COUNTERS = [
    ("feature_flag_flagd_impression_total", "feature_flag_key", "feature_flag_variant"),  # flagd
    ("feature_flag_evaluation_success_total", "key", "variant"),  # OpenFeature's OpenTelemetry metrics hook
    (
        "feature_flag_evaluation_total",
        "feature_flag_key",
        "feature_flag_variant",
    ),  # by hand, after OpenTelemetry's attributes
]
"""Counter, label of the flag, label of the value it had."""

RATE_SECONDS = 120


def _applies(facts: Facts, subject: Subject) -> bool:
    flag = subject.change is not None and subject.change.kind is ChangeKind.FLAG and bool(subject.change.keys)
    return flag and facts.onset is not None and facts.profile.slo is not None


def _exposures(facts: Facts, subject: Subject) -> list[tuple[RangeQuestion, str]]:
    key = subject.change.keys[0] if subject.change else ""
    window = Window(start=facts.anchor - SURVEY, end=facts.anchor)
    return [
        (
            RangeQuestion(
                query=Aggregate(
                    of=Rate(
                        of=Select(metric=metric, matchers=[Matcher(label=flag, value=key)]), window_seconds=RATE_SECONDS
                    ),
                    by=[variant],
                ),
                window=window,
                step_seconds=SURVEY_STEP,
                exploring=True,
            ),
            variant,
        )
        for metric, flag, variant in COUNTERS
    ]


def _needs(facts: Facts, subject: Subject) -> list[Question]:
    return [*survey_questions(facts.profile, facts.anchor), *(question for question, _ in _exposures(facts, subject))]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    counts = facts.counts(facts.profile, survey_questions(facts.profile, facts.anchor))
    if counts is None or facts.onset is None or subject.change is None:
        return None
    for question, variant in _exposures(facts, subject):
        answer = facts.answer(question, MetricAnswer)
        share = _share(answer, variant, subject.change.version, counts) if answer else None
        if share is None:
            continue
        since = counts.times > facts.onset.at.timestamp()
        total, bad = counts.summed()
        found = dose_response(share[since], bad[since], total[since])
        if found is None or found.response is Response.UNCLEAR:
            return None
        began = datetime.fromtimestamp(float(counts.times[since][0]), UTC)
        return Reading(
            outcome=found.response,
            statement=(
                f"since {began:%H:%M:%S}, with {found.low_share:.0%} of evaluations at the new value {found.low_ratio:.1%} of "
                f"requests fail, with {found.high_share:.0%} {found.high_ratio:.1%} (correlation {found.correlation:.2f})"
            ),
            evidence=facts.cite(*survey_questions(facts.profile, facts.anchor), question),
        )
    return None


def _share(answer: MetricAnswer, variant: str, value: str, counts: Counts) -> np.ndarray | None:
    """The share of evaluations that gave the new value, at the end of each interval; None where no value is called so."""
    new, everything = np.zeros(len(counts.times)), np.zeros(len(counts.times))
    known = False
    for series in answer.series:
        rates = np.interp(counts.times, series.times, series.values, left=0.0, right=0.0)
        everything += rates
        if series.labels.get(variant, "").lower() == value.lower():
            new, known = new + rates, True
    share: np.ndarray = np.divide(new, everything, out=np.full(len(new), np.nan), where=everything > 0)
    return share if known else None


PROBE = Probe(
    name="flag exposure",
    question="do errors follow the share of evaluations with the flag's new value?",
    otherwise={Response.FOLLOWS: 0.12, Response.FLAT: 0.88},
    cost=0.6,
    applies=_applies,
    needs=_needs,
    read=_read,
)
