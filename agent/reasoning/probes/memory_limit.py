"""Is the memory limit one that a program of this kind can live with?"""

from statistics import median

from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import pods_of
from agent.reasoning.probes import Probe, Reading, Subject, has_workload, needs_nothing, workload
from agent.reasoning.probes.out_of_memory import kills

LEAST = 16 * 2**20
"""Below this hardly any program starts: the container's own init process takes several MiB (runc refuses under 6 MiB)."""

PART = 0.2
"""Of what its siblings are given at the median."""


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = workload(facts, subject)
    if found is None:
        return None
    estate, declared = found
    limits = [c.limits["memory"] for c in declared.template.containers if c.limits.get("memory")]
    usual = [c.limits["memory"] for w in estate.workloads for c in w.template.containers if c.limits.get("memory")]
    killed = any(kills(c) for running in pods_of(estate, declared.entity.name) for c in running.pod.containers)
    smallest = min(limits, default=0.0)
    tiny = bool(limits) and (smallest < LEAST or (len(usual) > 2 and smallest < PART * median(usual)))  # noqa: PLR2004
    if not tiny and not killed and not estate.knows("Pod"):
        return None
    outcome = "too small" if tiny else "killed" if killed else "usual"
    return Reading(
        outcome=outcome,
        statement=f"limit {smallest / 2**20:.0f} MiB, at the median its siblings have {median(usual or [0.0]) / 2**20:.0f} MiB",
        evidence=facts.evidence_of(InventoryQuestion),
    )


PROBE = Probe(
    name="memory limit",
    question="is its memory limit one it can live with?",
    otherwise={"too small": 0.03, "killed": 0.02, "usual": 0.95},
    cost=0.3,
    applies=has_workload,
    needs=needs_nothing,
    read=_read,
)
