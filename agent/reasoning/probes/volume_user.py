"""Were its volumes prepared for the user it runs as?"""

from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, has_workload, needs_nothing, workload

OWNED_BY_OTHERS = {"hostPath", "nfs", "local"}
"""Kinds of volume that come with an owner and rights of their own, which fsGroup does not change."""


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = workload(facts, subject)
    if found is None:
        return None
    declared = found[1]
    template = declared.template
    kept = [v for v in template.volumes if v.kind in OWNED_BY_OTHERS or v.kind == "persistentVolumeClaim"]
    users = [template.run_as_user, *(c.run_as_user for c in template.containers)]
    plain = any(user not in (None, 0) for user in users) or template.fs_group is not None
    foreign = [v for v in kept if v.kind in OWNED_BY_OTHERS]
    outcome = "no volume" if not kept else "foreign" if foreign or (plain and template.fs_group is None) else "prepared"
    told = ", ".join(f"{v.kind} {v.source}" for v in kept) or "none that lasts"
    return Reading(
        outcome=outcome,
        statement=f"volumes: {told}; runs as {[u for u in users if u is not None] or 'the image says'}, fsGroup {template.fs_group}",
        evidence=facts.evidence_of(InventoryQuestion),
    )


PROBE = Probe(
    name="volume user",
    question="may its user write to its volumes, by the specs?",
    otherwise={"no volume": 0.80, "prepared": 0.15, "foreign": 0.05},
    cost=0.4,
    applies=has_workload,
    needs=needs_nothing,
    read=_read,
)
