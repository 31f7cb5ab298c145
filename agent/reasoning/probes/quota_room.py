"""By the quotas' own figures, what is there no room for?"""

from agent.model.inventory import Estate
from agent.model.question import InventoryQuestion
from agent.reasoning.detectors.admission import FULL, RESOURCES, missing_claims
from agent.reasoning.facts import Facts
from agent.reasoning.owners import pods_of, short
from agent.reasoning.placement import requests
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing


def _applies(facts: Facts, subject: Subject) -> bool:
    estate = facts.estate
    return subject.entity.kind == "Namespace" and estate is not None and estate.knows("ResourceQuota")


def _wanted(estate: Estate) -> dict[str, float]:
    """What the pods that are not there would request, by resource: the largest of them."""
    if not estate.knows("Pod"):
        return {}
    lacking = [w for w in estate.workloads if short(w) and len(pods_of(estate, w.entity.name)) < w.replicas]
    found: dict[str, float] = {}
    for declared in lacking:
        for resource, amount in requests(declared.template).items():
            found[resource] = max(found.get(resource, 0.0), amount)
    return found


def _read(facts: Facts, subject: Subject) -> Reading | None:
    estate = facts.estate
    if estate is None or subject.entity.kind != "Namespace":
        return None
    wanted, lost = _wanted(estate), missing_claims(estate)
    full: dict[str, str] = {}
    for quota in estate.quotas:
        for resource, hard in quota.hard.items():
            used, short_name = quota.used.get(resource, 0.0), resource.rpartition(".")[2]
            outcome = next((name for name, words in RESOURCES if any(word in resource for word in words)), "")
            more = wanted.get(short_name, 0.0)
            no_room = used >= hard * FULL or bool(more and used + more > hard)
            if outcome == "quota-storage":
                no_room = no_room or bool(lost)
            if outcome and no_room:
                full[outcome] = f"{quota.entity.name}: {resource} {used:g} of {hard:g}, {more:g} more wanted"
    if not full and not estate.knows("Pod", "PersistentVolumeClaim"):
        return None  # what is wanted beyond that is not known
    outcome = next(iter(full), "room")
    return Reading(
        outcome=outcome,
        statement="; ".join(full.values()) or f"{len(estate.quotas)} quotas, all with room",
        evidence=facts.evidence_of(InventoryQuestion),
    )


PROBE = Probe(
    name="quota room",
    question="what has the namespace no quota left for?",
    otherwise=evenly("room", *(name for name, _ in RESOURCES), share=0.08),
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
