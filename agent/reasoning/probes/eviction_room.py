"""By selectors, replicas and pods: does a budget let a drain move the workload, and does any hold it back?"""

from datetime import timedelta

from agent.model.change import ChangeKind
from agent.model.inventory import Declared, Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.disruption import covering, orphans, replaced_together, room, stuck
from agent.reasoning.facts import Facts
from agent.reasoning.owners import pods_of, workload_of
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing

LATELY = timedelta(hours=1)
"""As long as events live."""

REMAKING = {ChangeKind.ROLLOUT, ChangeKind.ROLLBACK, ChangeKind.RESTART, ChangeKind.DEPLOY, ChangeKind.SCALE}
"""Changes that make all pods anew by themselves."""


def _workload(facts: Facts, subject: Subject) -> Declared | None:
    estate = facts.estate
    if estate is None or estate.budgets is None or subject.change is not None:
        return None
    return workload_of(estate, subject.entity)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate, declared = facts.estate, _workload(facts, subject)
    if estate is None or declared is None:
        return None
    outcome, told = _held(estate, declared) if covering(estate, declared) else _let_go(facts, estate, declared)
    return Reading(outcome=outcome, statement=told, evidence=facts.evidence_of(InventoryQuestion))


def _held(estate: Estate, declared: Declared) -> tuple[str, str]:
    budgets = covering(estate, declared)
    held = [running for one in budgets for running in stuck(estate, one) if running.owner == declared.entity.name]
    if not held:
        return "room", f"no pod of {declared.entity.name} is on a node that is being emptied"
    where = f"{held[0].pod.name} is on {held[0].pod.node}, which is being emptied"
    if len(budgets) > 1:
        return "overlap", f"{where}; {' and '.join(one.entity.name for one in budgets)} both select it"
    outcome, told = room(estate, budgets[0])
    return outcome, f"{where}; {told}"


def _let_go(facts: Facts, estate: Estate, declared: Declared) -> tuple[str, str]:
    name = declared.entity.name
    rolled = [c for c in facts.changes if c.entity.name == name and c.kind in REMAKING and c.at >= facts.began - LATELY]
    none_left = not pods_of(estate, name) and declared.replicas > 0
    if rolled or not (none_left or replaced_together(estate, declared, LATELY)):
        return "room", f"no budget selects {name}, and its pods were not replaced together but for a rollout"
    lonely = orphans(estate)
    told = f"no budget selects the pods of {name}, and all that it has were made together, after the workload"
    if lonely:
        return "misses", f"{told}; {lonely[0].entity.name} selects nothing"
    return "unprotected", told


PROBE = Probe(
    name="eviction room",
    question="does a budget hold its pods on a node, or none hold them back?",
    otherwise=evenly("room", "never", "used up", "overlap", "misses", "unprotected"),
    cost=0.2,
    applies=lambda facts, subject: _workload(facts, subject) is not None,
    needs=needs_nothing,
    read=_read,
)
