"""By the specs of claim and volumes, what keeps the claim from the nearest volume?"""

from agent.model.inventory import Claim, Disk, Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import pods_of
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing, workload

OUTCOMES = ["class", "mode", "capacity", "selector", "taken", "absent"]


def _claims(facts: Facts, subject: Subject) -> list[str]:
    """Names of the claims the subject's pods mount that are not bound."""
    found = workload(facts, subject)
    if found is None:
        return []
    estate, declared = found
    if not estate.knows("PersistentVolumeClaim"):
        return []
    bound = {claim.entity.name for claim in estate.claims if claim.phase == "Bound"}
    templates = [declared.template, *(running.template for running in pods_of(estate, declared.entity.name))]
    mounted = [v.source for t in templates for v in t.volumes if v.kind == "persistentVolumeClaim" and v.source]
    return [name for name in dict.fromkeys(mounted) if name not in bound]


def misfit(claim: Claim, disk: Disk) -> list[str]:
    """Every condition of binding that a volume fails (kubernetes, pkg/controller/volume/persistentvolume)."""
    me = f"{claim.entity.namespace}/{claim.entity.name}"
    failed = []
    if (claim.storage_class or "") != disk.storage_class:
        failed.append("class")
    if not set(claim.access_modes) <= set(disk.access_modes):
        failed.append("mode")
    if claim.requested > disk.capacity:
        failed.append("capacity")
    if not claim.selector.items() <= disk.labels.items():
        failed.append("selector")
    if disk.claim not in ("", me) or disk.phase not in ("Available", ""):
        failed.append("taken")
    return failed


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate, names = facts.estate, _claims(facts, subject)
    if estate is None or not names:
        return None
    claim = next((c for c in estate.claims if c.entity.name in names), None)
    seen = ("absent", f"claim {names[0]} does not exist") if claim is None else _nearest(estate, claim)
    if seen is None:
        return None
    outcome, told = seen
    return Reading(outcome=outcome, statement=told, evidence=facts.evidence_of(InventoryQuestion))


def _nearest(estate: Estate, claim: Claim) -> tuple[str, str] | None:
    """None where not all volumes are known: one that fits may be among the others."""
    if claim.storage_class and claim.storage_class not in estate.storage_classes and estate.knows("StorageClass"):
        return "class", f"{claim.entity.name} asks for class {claim.storage_class}, which does not exist"
    if not estate.knows("PersistentVolume"):
        return None
    free = [disk for disk in estate.disks if disk.claim in ("", f"{claim.entity.namespace}/{claim.entity.name}")]
    # a volume of another claim of the namespace is a candidate only where none is free
    rows = sorted(((misfit(claim, disk), disk) for disk in free or estate.disks), key=lambda row: len(row[0]))
    if not rows:
        return "absent", "there is no volume at all"
    failed, disk = rows[0]
    told = f"{claim.entity.name} and {disk.name} differ in: {', '.join(failed) or 'nothing'}"
    return (failed[0] if failed else "fits"), told


PROBE = Probe(
    name="volume fit",
    question="what keeps the claim from the nearest volume, by the specs?",
    otherwise=evenly("fits", *OUTCOMES),
    cost=0.3,
    applies=lambda facts, subject: bool(_claims(facts, subject)),
    needs=needs_nothing,
    read=_read,
)
