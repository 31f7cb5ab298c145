"""By spec and pods of both revisions, how far has the newest template come?"""

from agent.model.inventory import Running
from agent.model.picture import Side
from agent.model.question import InventoryQuestion
from agent.reasoning.explained import explained
from agent.reasoning.facts import Facts
from agent.reasoning.owners import workload_of
from agent.reasoning.probes import Probe, Reading, Subject, needs_nothing
from agent.reasoning.standing import TOLD, Halves, halves, standing


def _halves(facts: Facts, subject: Subject) -> Halves | None:
    estate = facts.estate
    declared = workload_of(estate, subject.entity) if estate and not subject.change else None
    return halves(estate, declared) if estate and declared else None


def _applies(facts: Facts, subject: Subject) -> bool:
    """Not where something nearer explains it: the same fact would count against that."""
    return _halves(facts, subject) is not None and not explained(facts, subject.entity)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    pods = _halves(facts, subject)
    declared = workload_of(facts.estate, subject.entity) if facts.estate else None
    if pods is None or declared is None:
        return None
    outcome = standing(declared, pods, facts.anchor)
    return Reading(
        outcome=outcome,
        statement=f"{declared.entity.kind} {declared.entity.name}: {TOLD[outcome]}: {pods}",
        evidence=facts.evidence_of(InventoryQuestion),
        sides=[_side("the newest template", pods.new), _side("older templates", pods.old)] if all(pods) else [],
    )


def _side(label: str, pods: list[Running]) -> Side:
    unready = sum(not running.pod.ready for running in pods)
    return Side.counted(f"pods of {label} that are not ready", unready, len(pods), of="pods")


PROBE = Probe(
    name="rollout",
    question="how far has its newest template come, by its pods?",
    otherwise={
        "done": 0.85,
        "on its way": 0.06,
        "blocked": 0.03,
        "none made": 0.01,
        "paused": 0.02,
        "held back": 0.02,
        "waits for old": 0.01,
    },
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
