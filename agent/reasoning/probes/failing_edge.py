"""Do the alerting service's own calls to this dependency fail, and do they explain its errors?"""

from agent.model.picture import Side
from agent.model.profile import Edge
from agent.model.question import MetricQuestion, Question
from agent.model.slo import Sli
from agent.reasoning.counting import REFINED_STEP, counts, indicator_questions, refined_window
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.onset import EVENTS_NEEDED
from agent.reasoning.probes import Probe, Reading, Subject

EXPLAINS, QUIET = 0.5, 0.1
"""Shares of the service's bad requests that failing calls on the edge could account for."""


def _edge(facts: Facts, subject: Subject) -> Edge | None:
    edges = facts.profile.edges
    return next((e for e in edges if e.total and e.bad and service_entity(e.callee) == subject.entity), None)


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and facts.onset is not None and _edge(facts, subject) is not None


def _needs(facts: Facts, subject: Subject) -> list[Question]:
    return [*_questions(facts, subject)]


def _questions(facts: Facts, subject: Subject) -> list[MetricQuestion]:
    """The edge's counters over the span that the service's own errors are counted in."""
    sli, coarse = _indicator(facts, subject), facts.coarse_onset
    if sli is None or coarse is None:
        return []
    return indicator_questions(sli, refined_window(coarse.at, facts.anchor), REFINED_STEP, facts.profile.rate_seconds)


def _indicator(facts: Facts, subject: Subject) -> Sli | None:
    edge = _edge(facts, subject)
    return Sli(total=edge.total, bad=edge.bad, why=edge.known_by) if edge and edge.total and edge.bad else None


def _read(facts: Facts, subject: Subject) -> Reading | None:
    sli, questions, onset = _indicator(facts, subject), _questions(facts, subject), facts.onset
    if sli is None or not questions or onset is None:
        return None
    counted = counts(sli, questions, [facts.asked(question) for question in questions])
    if counted is None:
        return None
    calls, own = counted.tally(since=onset.at), onset.level
    if calls.total < EVENTS_NEEDED or own.bad <= 0:
        return None
    share = max(calls.bad - calls.total * onset.baseline, 0) / own.bad
    outcome = "explains" if share >= EXPLAINS else "quiet" if share < QUIET else "some"
    return Reading(
        outcome=outcome,
        statement=(
            f"since {onset.at:%H:%M:%S} {calls.bad:.0f} of {calls.total:.0f} calls to {subject.entity.name} failed ({calls.ratio:.1%}); "
            f"{facts.profile.service.name} itself failed {own.bad:.0f} of {own.total:.0f} requests"
        ),
        evidence=facts.cite(*questions),
        sides=[
            Side.counted(f"calls to {subject.entity.name}", calls.bad, calls.total, "calls"),
            Side.counted(f"requests to {facts.profile.service.name} itself", own.bad, own.total),
        ],
    )


PROBE = Probe(
    name="failing edge",
    question="do its calls to this dependency fail, and do they explain its errors?",
    otherwise={"explains": 0.08, "some": 0.14, "quiet": 0.78},
    cost=0.6,
    applies=_applies,
    needs=_needs,
    read=_read,
)
