"""Priority as the scheduler uses it: who ranks above whom, and whether a node had room but for those above.

Called by the detector and the probe of priorities.
"""

from agent.model.inventory import Declared, Estate, Machine, Running
from agent.reasoning.owners import pods_of, unscheduled
from agent.reasoning.placement import attracted, chosen, obstacle

SHORTAGES = ("cpu", "memory", "pods")


def rank_of(estate: Estate, declared: Declared) -> int:
    """The priority of a workload's pods: what admission gave them; 0 where none of them tells."""
    known = [r.template.priority for r in pods_of(estate, declared.entity.name) if r.template.priority is not None]
    return max(known, default=declared.template.priority or 0)


def waiting(estate: Estate, declared: Declared) -> list[Running]:
    """Its pods without a node."""
    return [running for running in pods_of(estate, declared.entity.name) if unscheduled(running)]


def above(machine: Machine, rank: int) -> dict[str, float]:
    """What pods of a higher priority request of a node."""
    total: dict[str, float] = {}
    for other, requested in machine.requested_by_rank.items():
        for resource, amount in requested.items() if other > rank else ():
            total[resource] = total.get(resource, 0.0) + amount
    return total


def crowded_out(estate: Estate, running: Running, rank: int) -> tuple[Machine, str] | None:
    """A node that has no room for the pod as it is, and would have without those above it; and what is short."""
    for machine in estate.machines:
        if not (chosen(running.template, machine.labels) and attracted(running.template, machine.labels)):
            continue
        short, higher = obstacle(estate, running, machine), above(machine, rank)
        if short not in SHORTAGES or not higher:
            continue
        left = {name: amount - higher.get(name, 0.0) for name, amount in machine.requested.items()}
        if obstacle(estate, running, machine.evolve(requested=left)) == "fits":
            return machine, short
    return None
