"""Does it have an address of everybody it is known to call?"""

from agent.model.question import InventoryQuestion, SeriesQuestion
from agent.reasoning.calls import hosts
from agent.reasoning.detectors.addresses import unknown_hosts
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, needs_nothing, workload
from agent.reasoning.reach import ALIKE, alike


def _applies(facts: Facts, subject: Subject) -> bool:
    found = workload(facts, subject)
    return bool(found and found[0].knows("Service") and hosts(found[1]))


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = workload(facts, subject)
    if found is None:
        return None
    estate, declared = found
    mine = {host.split(".")[0] for host in hosts(declared)}
    strange = unknown_hosts(estate, declared)
    callees = {c.callee.name for c in facts.calls if c.caller.name in (declared.entity.name, subject.entity.name)}
    orphans = sorted(callees - mine)
    pairs = [(o, s) for o in orphans for s in strange if alike(o, s) >= ALIKE or o in s or s in o]
    typos = [
        (r.entity.name, s)
        for r in estate.routes
        for s in strange
        if alike(r.entity.name, s) >= ALIKE and r.entity.name not in mine
    ]
    if pairs:
        outcome, told = "replaced", f"it calls {pairs[0][0]}, and its environment names {pairs[0][1]} instead"
    elif typos:
        outcome, told = "replaced", f"its environment names {typos[0][1]}, not {typos[0][0]}"
    elif strange:
        outcome, told = "strange", f"its environment names {', '.join(strange)}, which no Service is called"
    else:
        outcome, told = "sound", "every address of its environment is a Service's"
    return Reading(
        outcome=outcome,
        statement=told,
        evidence=[*facts.evidence_of(InventoryQuestion), *facts.evidence_of(SeriesQuestion)],
    )


PROBE = Probe(
    name="called address",
    question="does its environment name those it calls?",
    otherwise={"replaced": 0.02, "strange": 0.08, "sound": 0.90},
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
