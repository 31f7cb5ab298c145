"""Claims that do not bind, and pods that wait for them."""

from agent.model.cluster import KubeEvent
from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Claim, Estate, Running
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of


def detect(facts: Facts) -> list[Finding]:
    """For every claim that is not bound and every claim that pods mount and that is not there."""
    estate = facts.estate
    if estate is None:
        return []
    cited = facts.evidence_of(InventoryQuestion)
    found = [f for claim in estate.claims if claim.phase not in ("Bound", "") for f in _unbound(estate, claim, cited)]
    held = {claim.entity.name for claim in estate.claims}
    for running in estate.pods if estate.knows("PersistentVolumeClaim") else []:
        for name in _mounted(running):
            if name not in held and running.pod.phase == "Pending":
                entity = entity_of(estate, running.owner or running.pod.name)
                told = f"{running.pod.name} mounts the claim {name}, which does not exist"
                found.append(_finding(entity, "claim-missing", told, 0.3, cited))
    return found


def _unbound(estate: Estate, claim: Claim, cited: list[str]) -> list[Finding]:
    users = [running for running in estate.pods if claim.entity.name in _mounted(running)]
    entity = entity_of(estate, users[0].owner or users[0].pod.name) if users else claim.entity
    said = [e for e in estate.events if e.entity == claim.entity and e.type in ("Warning", "Normal")]
    told = f"claim {claim.entity.name} is {claim.phase}" + (f": {said[-1].message}" if said else "")
    return [
        _finding(entity, cause, told, trust if users else trust / 4, cited)
        for cause, trust in _weights(claim, said).items()
    ]


def _weights(claim: Claim, said: list[KubeEvent]) -> dict[str, float]:
    """The controller names a class it cannot find; of the rest it says only that no volume fits."""
    spoken = " ".join(event.message for event in said)
    if "storageclass" in spoken and "not found" in spoken:
        return {"storage-class-missing": 1.0}
    rest = {"volume-too-small": 0.3, "access-mode-not-offered": 0.3, "volume-taken": 0.3, "storage-class-missing": 0.2}
    return {**rest, "volume-selector-unsatisfied": 0.4 if claim.selector else 0.03}


def _mounted(running: Running) -> list[str]:
    return [volume.source for volume in running.template.volumes if volume.kind == "persistentVolumeClaim"]


def _finding(entity: Entity, cause: str, told: str, trust: float, cited: list[str]) -> Finding:
    return Finding(
        kind=FindingKind.UNBOUND,
        entity=entity,
        statement=told,
        normal="bound within seconds",
        evidence=cited,
        cause=cause,
        trust=trust,
    )
