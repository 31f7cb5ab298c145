"""Updates that do not get on, as their controllers count them: past the deadline, paused, held back, waiting for a pod."""

from agent.model.finding import Finding, FindingKind
from agent.model.inventory import UNMADE, Declared, Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of
from agent.reasoning.standing import TOLD, Halves, given_up, halves, obstacles, standing
from agent.reasoning.stated import LIKELY, POSSIBLE

SHORT, MEANT = 0.35, 0.10
"""A stuck update that leaves too few pods is more than a nuisance; a partition or OnDelete is somebody's intent."""

CAUSES = {
    "blocked": "rollout-past-deadline",
    "none made": "rollout-past-deadline",
    "paused": "rollout-paused",
    "held back": "update-held-back",
    "waits for old": "update-waits-for-old-pod",
}
KINDS = ("Deployment", "StatefulSet", "DaemonSet")


def detect(facts: Facts) -> list[Finding]:
    """For every workload whose controller says that not all pods are updated, or that its deadline has passed."""
    estate = facts.estate
    if estate is None:
        return []
    told = [
        (declared, said) for declared in estate.workloads if declared.entity.kind in KINDS and (said := _said(declared))
    ]
    found = [_finding(facts, estate, declared, said) for declared, said in told]
    return [finding for finding in found if finding is not None]


def _said(declared: Declared) -> str:
    """The controller's own words or counts."""
    if given_up(declared):
        return declared.conditions["Progressing"].partition(": ")[2]
    if not declared.replicas or declared.updated >= declared.replicas:
        return ""
    paused = "paused, " if declared.paused else ""
    return f"{paused}{declared.updated} of {declared.replicas} pods updated, {declared.ready} ready"


def _finding(facts: Facts, estate: Estate, declared: Declared, said: str) -> Finding | None:
    pods = halves(estate, declared)
    stands = standing(declared, pods, facts.anchor) if pods else "blocked" if given_up(declared) else ""
    if stands not in CAUSES:
        return None
    failure = declared.conditions.get("ReplicaFailure", "").partition(": ")[2]
    why = [*([failure[:200]] if failure else []), *(obstacles([*pods.new, *pods.old]) if pods else [])]
    reasons = f" ({'; '.join(why)})" if why else ""
    return Finding(
        kind=FindingKind.ROLLOUT_STUCK,
        entity=entity_of(estate, declared.entity.name),
        statement=f"{declared.entity.kind} {declared.entity.name}: {said}; {TOLD[stands]}{reasons}",
        normal="the newest template reaches all pods within its deadline",
        magnitude=max(declared.replicas - declared.updated, 0),
        evidence=facts.evidence_of(InventoryQuestion),
        cause=CAUSES[stands],
        trust=_trust(declared, stands, pods),
    )


def _trust(declared: Declared, stands: str, pods: Halves | None) -> float:
    short = declared.ready < declared.replicas
    match stands:
        case "waits for old":
            return LIKELY
        case "paused":  # an edit that reaches nobody, or halves of which one is not well
            return LIKELY if short or declared.revision == UNMADE or not (pods and pods.new) else SHORT
        case "held back":
            return SHORT if short else MEANT
        case _:
            return SHORT if short else POSSIBLE
