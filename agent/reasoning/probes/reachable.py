"""Can a connection to the Service be opened at all?"""

from agent.model.question import Connected, ConnectQuestion, Question
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject
from agent.reasoning.probes.service_spec import routes


def _questions(facts: Facts, subject: Subject) -> list[ConnectQuestion]:
    return [
        ConnectQuestion(namespace=route.entity.namespace, service=route.entity.name, port=route.ports[0].number)
        for route in routes(facts, subject)
        if route.ports
    ]


def _needs(facts: Facts, subject: Subject) -> list[Question]:
    return [*_questions(facts, subject)]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    answered = [(q, a) for q in _questions(facts, subject) if (a := facts.answer(q, Connected))]
    if not answered:
        return None
    question, answer = next((pair for pair in answered if not pair[1].accepted), answered[0])
    said = "is accepted" if answer.accepted else f"fails ({answer.detail})"
    return Reading(
        outcome=Outcomes.YES if answer.accepted else Outcomes.NO,
        statement=f"a connection to {question.service}:{question.port} {said}"[:300],
        evidence=facts.cite(question),
    )


PROBE = Probe(
    name="reachable",
    question="can a connection to the Service be opened?",
    otherwise={Outcomes.YES: 0.60, Outcomes.NO: 0.40},  # a symptom: whatever else fails may look like that
    cost=0.5,
    applies=lambda facts, subject: bool(_questions(facts, subject)),
    needs=_needs,
    read=_read,
)
