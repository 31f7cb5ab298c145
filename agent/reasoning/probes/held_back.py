"""What else changed with a slow service: its CPU, its throttling, its packets a request?"""

from agent.reasoning import recent
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, needs_nothing, workload
from agent.reasoning.slowness import resource


def _name(facts: Facts, subject: Subject) -> str:
    found = workload(facts, subject)
    names = {name for kind in ("cpu", "throttling", "packets") for name in recent.measured(facts, kind)}
    mine = [name for name in (found[1].entity.name if found else "", subject.entity.name) if name in names]
    return (mine or [""])[0]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    name = _name(facts, subject)
    outcome, told = resource(facts, name)
    cited = [
        e for kind in ("cpu", "throttling", "packets") for shift in recent.of(facts, name, kind) for e in shift.evidence
    ]
    return Reading(outcome=outcome, statement=f"{name} {told}", evidence=list(dict.fromkeys(cited)))


PROBE = Probe(
    name="held back",
    question="what else changed with the slow service?",
    otherwise={"throttled": 0.06, "busy": 0.10, "packets": 0.14, "nothing": 0.70},
    cost=0.4,
    applies=lambda facts, subject: bool(_name(facts, subject)),
    needs=needs_nothing,
    read=_read,
)
