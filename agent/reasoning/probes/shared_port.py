"""Do two containers of its pods want the same port?"""

import re

from agent.model.inventory import Running
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import pods_of
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject, needs_nothing, workload


def wanted(running: Running) -> dict[int, set[str]]:
    """By port, who of the pod uses it: ports declared, ports checked, and ports given to an injected sidecar by annotation."""
    found: dict[int, set[str]] = {}
    for container in running.template.containers:
        numbers = [port.number for port in container.ports]
        numbers += [
            int(check.port)
            for check in (container.liveness, container.readiness, container.startup)
            if check and check.port.isdigit()
        ]
        for number in numbers:
            found.setdefault(number, set()).add(container.name)
    for name, text in running.template.annotations.items():
        for number in re.findall(r"[Pp]ort\W{1,6}(\d{2,5})\b", f"{name}: {text}"):
            found.setdefault(int(number), set()).add(f"annotation {name}")
    return found


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = workload(facts, subject)
    if found is None:
        return None
    estate, declared = found
    pods = pods_of(estate, declared.entity.name)
    shared = {port: who for running in pods for port, who in wanted(running).items() if len(who) > 1}
    told = "; ".join(f"port {port}: {', '.join(sorted(who))}" for port, who in sorted(shared.items()))
    return Reading(
        outcome=Outcomes.YES if shared else Outcomes.NO,
        statement=told or "every port has one container",
        evidence=facts.evidence_of(InventoryQuestion),
    )


def _applies(facts: Facts, subject: Subject) -> bool:
    found = workload(facts, subject)
    return bool(found and pods_of(found[0], found[1].entity.name))


PROBE = Probe(
    name="shared port",
    question="do two containers of a pod want one port?",
    otherwise={Outcomes.YES: 0.02, Outcomes.NO: 0.98},
    cost=0.3,
    applies=_applies,
    needs=needs_nothing,
    read=_read,
)
