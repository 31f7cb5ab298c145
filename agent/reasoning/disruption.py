"""What budgets for disruptions allow, worked out from selectors, replicas and pods as the disruption controller does.

Called by the detector and the probe of disruptions. Budgets hold back evictions (drains, autoscalers that remove
nodes, deschedulers); they do not hold back deletions, taints that evict, or a kubelet under pressure.
"""

import math
from datetime import timedelta

from agent.model.inventory import Declared, DisruptionBudget, Estate, Machine, Running
from agent.reasoning.owners import pods_of, workload_named
from agent.reasoning.placement import CORDONED, meets

LEAVING = (CORDONED, "ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted", "karpenter.sh/disruption")
"""Taints of a node that is being emptied."""

TOGETHER = timedelta(minutes=3)
"""A drain evicts what it may at once; with a budget it waits for each replacement to be ready."""


def covers(budget: DisruptionBudget, labels: dict[str, str]) -> bool:
    """Whether the budget's selector selects pods with these labels."""
    if not (budget.everything or budget.selector or budget.requirements):
        return False
    return budget.selector.items() <= labels.items() and all(meets(labels, one) for one in budget.requirements)


def covered(estate: Estate, budget: DisruptionBudget) -> list[Running]:
    """The pods it counts."""
    return [r for r in estate.pods if _lives(r) and covers(budget, r.pod.labels)]


def covering(estate: Estate, declared: Declared) -> list[DisruptionBudget]:
    """The budgets over a workload's pods."""
    return [one for one in estate.budgets or [] if covers(one, declared.template.labels)]


def emptied(estate: Estate) -> set[str]:
    """Nodes that are being drained, or are cordoned to be."""
    return {machine.name for machine in estate.machines if _leaving(machine)}


def _leaving(machine: Machine) -> bool:
    keys = {taint.rpartition(":")[0].partition("=")[0] for taint in machine.taints}
    return machine.unschedulable or any(key in keys for key in LEAVING)


def stuck(estate: Estate, budget: DisruptionBudget) -> list[Running]:
    """Pods of the budget that still stand on a node that is being emptied."""
    nodes = emptied(estate)
    return [r for r in covered(estate, budget) if r.pod.node in nodes and not r.pod.deleting]


def room(estate: Estate, budget: DisruptionBudget) -> tuple[str, str]:
    """Whether it lets another pod go: "never" by what is declared, "used up" at the moment, or "room"; and the numbers."""
    pods = covered(estate, budget)
    owners = {running.owner for running in pods if running.owner}
    sizes = [w.replicas for name in owners if (w := workload_named(estate, name))]
    expected = sum(sizes) if sizes and len(sizes) == len(owners) else len(pods)
    wanted = needed(budget, expected)
    healthy = sum(running.pod.ready and not running.pod.deleting for running in pods)
    told = f"{budget.entity.name} demands {wanted} of {expected} pods, {healthy} are ready"
    if wanted >= expected:
        return "never", told
    return ("used up" if healthy <= wanted else "room"), told


def needed(budget: DisruptionBudget, expected: int) -> int:
    """How many pods must stay; shares are rounded up, in favour of the pods for minimum, of the drain for maximum."""
    if budget.maximum:
        return max(0, expected - _amount(budget.maximum, expected))
    return _amount(budget.minimum, expected)


def _amount(text: str, of: int) -> int:
    try:
        return math.ceil(of * int(text[:-1]) / 100) if text.endswith("%") else int(text)
    except ValueError:
        return 0


def orphans(estate: Estate) -> list[DisruptionBudget]:
    """Budgets that ask for something and select no pod, nor any workload's template."""
    return [
        one
        for one in estate.budgets or []
        if not covered(estate, one) and not any(covers(one, w.template.labels) for w in estate.workloads)
    ]


def replaced_together(estate: Estate, declared: Declared, since: timedelta) -> bool:
    """All its pods were made at one time, not long ago, while the workload is older: none of those before is left."""
    pods = [running for running in pods_of(estate, declared.entity.name) if _lives(running)]
    made = sorted(running.pod.created_at for running in pods)
    if not made or estate.at is None or declared.created_at is None:
        return False
    young = estate.at - made[0] <= since and declared.created_at < made[0] - TOGETHER
    return young and made[-1] - made[0] <= TOGETHER


def _lives(running: Running) -> bool:
    return running.pod.phase not in ("Succeeded", "Failed")
