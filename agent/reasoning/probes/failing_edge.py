"""Do the alerting service's own calls to this dependency fail, and do they explain its errors?"""

from datetime import datetime

from agent.model.profile import Edge
from agent.model.query import Aggregate, Increase, Select
from agent.model.question import InstantQuestion, MetricAnswer, Question
from agent.reasoning.counting import REFINED_AFTER, Tally
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
    edge, onset = _edge(facts, subject), facts.onset
    if edge is None or onset is None or edge.total is None or edge.bad is None:
        return []
    until = min(facts.anchor, onset.at + REFINED_AFTER)  # the span that onset.level was counted over
    seconds = max(int((until - onset.at).total_seconds()), facts.profile.rate_seconds)
    return [_grown(part, seconds, until) for part in (edge.total, edge.bad)]


def _grown(part: Select, seconds: int, at: datetime) -> InstantQuestion:
    return InstantQuestion(query=Aggregate(of=Increase(of=part, window_seconds=seconds)), at=at)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    questions, onset = _needs(facts, subject), facts.onset
    if not questions or onset is None:
        return None
    calls = Tally(total=_value(facts, questions[0]), bad=_value(facts, questions[1]))
    own = onset.level
    if calls.total < EVENTS_NEEDED or own.bad <= 0 or facts.asked(questions[0]) is None:
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
    )


def _value(facts: Facts, question: Question) -> float:
    answer = facts.answer(question, MetricAnswer)
    return answer.series[0].values[-1] if answer and answer.series and answer.series[0].values else 0.0


PROBE = Probe(
    name="failing edge",
    question="do its calls to this dependency fail, and do they explain its errors?",
    otherwise={"explains": 0.08, "some": 0.14, "quiet": 0.78},
    cost=0.6,
    applies=_applies,
    needs=_needs,
    read=_read,
)
