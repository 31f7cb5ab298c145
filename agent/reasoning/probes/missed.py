"""Is the workload with no pods missed: does somebody call it, and does its address refuse?"""

from agent.model.question import Connected, ConnectQuestion, InventoryQuestion, Question
from agent.reasoning.facts import Facts
from agent.reasoning.owners import routes_to
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject, workload


def _questions(facts: Facts, subject: Subject) -> list[ConnectQuestion]:
    found = workload(facts, subject)
    if found is None or found[1].replicas:
        return []
    estate, declared = found
    return [
        ConnectQuestion(namespace=estate.namespace, service=route.entity.name, port=port.number)
        for route in routes_to(estate, declared)
        for port in route.ports[:1]
    ]


def _needs(facts: Facts, subject: Subject) -> list[Question]:
    return [*_questions(facts, subject)]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    answers = [a for q in _questions(facts, subject) if (a := facts.answer(q, Connected))]
    callers = [call.caller.name for call in facts.calls if call.callee.name == subject.entity.name]
    if not answers and not callers:
        return None
    refused = bool(answers) and not any(answer.accepted for answer in answers)
    missed = refused or bool(callers)
    said = "connections are refused" if refused else "no connection was tried"
    return Reading(
        outcome=Outcomes.YES if missed else Outcomes.NO,
        statement=f"{said}; called by {', '.join(callers[:3]) or 'nobody known'}",
        evidence=[*facts.cite(*_questions(facts, subject)), *facts.evidence_of(InventoryQuestion)],
    )


PROBE = Probe(
    name="missed",
    question="is the workload without pods called?",
    otherwise={Outcomes.YES: 0.28, Outcomes.NO: 0.72},
    cost=0.4,
    applies=lambda facts, subject: bool(_questions(facts, subject)),
    needs=_needs,
    read=_read,
)
