"""Do errors follow the share of traffic that the new revision serves, once they have begun?"""

import numpy as np

from agent.model.question import Question
from agent.reasoning import revisions
from agent.reasoning.counting import Counts, survey_questions
from agent.reasoning.dose import Response, dose_response
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.proximity import ROLLED


def _applies(facts: Facts, subject: Subject) -> bool:
    profile = facts.profile
    mine = (
        profile.workload is not None and subject.change is not None and subject.change.entity == profile.workload.entity
    )
    sliced = profile.slo is not None and bool(profile.slo.sli.pod_label)
    return mine and sliced and subject.change is not None and subject.change.kind in ROLLED and facts.onset is not None


def _needs(facts: Facts, _subject: Subject) -> list[Question]:
    return [*survey_questions(facts.profile, facts.anchor), *revisions.questions(facts.profile)]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    counts = facts.counts(facts.profile, survey_questions(facts.profile, facts.anchor))
    if counts is None or facts.onset is None or subject.change is None:
        return None
    new, _ = revisions.pods_of_change(facts, facts.profile, subject.change, counts.pods)
    since = counts.times > facts.onset.at.timestamp()
    total, bad = counts.summed()
    found = dose_response(_share(counts, new, total)[since], bad[since], total[since])
    if found is None or found.response is Response.UNCLEAR:
        return None
    return Reading(
        outcome=found.response,
        statement=(
            f"with {found.low_share:.0%} of the traffic on the new revision {found.low_ratio:.1%} of requests fail, "
            f"with {found.high_share:.0%} {found.high_ratio:.1%} (correlation {found.correlation:.2f})"
        ),
        evidence=facts.cite(*_needs(facts, subject)),
    )


def _share(counts: Counts, pods: set[str], total: np.ndarray) -> np.ndarray:
    mine = sum((counts.total[pod] for pod in pods if pod in counts.total), np.zeros(len(counts.times)))
    share: np.ndarray = np.divide(mine, total, out=np.full(len(total), np.nan), where=total > 0)
    return share


PROBE = Probe(
    name="dose response",
    question="do errors follow the share of traffic on the new revision?",
    otherwise={Response.FOLLOWS: 0.15, Response.FLAT: 0.85},
    cost=0.4,
    applies=_applies,
    needs=_needs,
    read=_read,
)
