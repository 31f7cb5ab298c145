"""Does everything the containers refer to exist, by the lists of ConfigMaps and Secrets?"""

from agent.model.inventory import Estate
from agent.model.question import InventoryQuestion
from agent.model.template import PodTemplate
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing, workload

UNKNOWN = "unknown"
VOLUMES = {"secret": "Secret", "configMap": "ConfigMap"}


def missing(estate: Estate, template: PodTemplate) -> dict[str, str]:
    """What is referred to and not known to be there, each with what it is: object, key, or unknown where it cannot be seen."""
    held = {(h.entity.kind, h.entity.name): h.keys for h in estate.holders}
    found: dict[str, str] = {}
    wanted = [(r.kind, r.name, r.key) for c in template.containers for r in c.references if not r.optional]
    wanted += [
        (VOLUMES[v.kind], v.source, "") for v in template.volumes if v.kind in VOLUMES and not v.optional and v.source
    ]
    for kind, name, key in wanted:
        if (kind, name) not in held:
            found[f"{kind} {name}"] = "object" if estate.knows(kind) else UNKNOWN
        elif key and key not in held[kind, name]:
            found[f"key {key} of {kind} {name}"] = "key" if held[kind, name] else UNKNOWN
    return found


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = workload(facts, subject)
    if found is None or not found[0].holders:
        return None
    estate, declared = found
    seen = missing(estate, declared.template)
    gone = {told: what for told, what in seen.items() if what != UNKNOWN}
    if seen and not gone:
        return None
    return Reading(
        outcome=next(iter(gone.values()), "all there"),
        statement=f"not there: {', '.join(gone)}" if gone else "everything its pods refer to is there",
        evidence=facts.evidence_of(InventoryQuestion),
    )


def _applies(facts: Facts, subject: Subject) -> bool:
    found = workload(facts, subject)
    return bool(found and found[0].holders and any(c.references for c in found[1].template.containers))


PROBE = Probe(
    name="references there",
    question="does everything its pods refer to exist?",
    otherwise=evenly("all there", "object", "key", share=0.04),
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
