"""Is the port it is configured with one the database's Service has?"""

import re

from agent.model.question import InventoryQuestion
from agent.model.template import ContainerTemplate
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject, needs_nothing, workload

PAIRED = re.compile(r"^(.*?)_?(HOST(?:NAME)?|ADDR(?:ESS)?|SERVER)$", re.IGNORECASE)
NUMBERED = re.compile(r"(?:^|[/@,])([a-z0-9][a-z0-9.-]*):(\d{2,5})", re.IGNORECASE)


def addresses(container: ContainerTemplate) -> dict[str, int]:
    """Hosts with ports in an environment: HOST:PORT values, and X_HOST beside X_PORT."""
    found: dict[str, int] = {}
    for name, value in container.environment.items():
        found.update({host.split(".")[0]: int(port) for host, port in NUMBERED.findall(value)})
        match = PAIRED.match(name)
        if match is None:
            continue
        port = next(
            (v for n, v in container.environment.items() if n.upper() == f"{match[1]}_PORT".upper().lstrip("_")), ""
        )
        if port.isdigit() and re.fullmatch(r"[a-zA-Z0-9.-]+", value):
            found[value.split(".")[0]] = int(port)
    return found


def _configured(facts: Facts, subject: Subject) -> dict[str, tuple[int, set[int]]]:
    """By Service: the port it is configured with, and the ports the Service has."""
    found = workload(facts, subject)
    if found is None:
        return {}
    estate, declared = found
    offered = {route.entity.name: {port.number for port in route.ports} for route in estate.routes if route.ports}
    pairs = {h: p for c in declared.template.containers for h, p in addresses(c).items() if h in offered}
    return {host: (port, offered[host]) for host, port in pairs.items()}


def _read(facts: Facts, subject: Subject) -> Reading | None:
    configured = _configured(facts, subject)
    if not configured:
        return None
    wrong = {host: pair for host, pair in configured.items() if pair[0] not in pair[1]}
    shown = wrong or configured
    told = "; ".join(f"{host}: configured {port}, offered {sorted(ports)}" for host, (port, ports) in shown.items())
    return Reading(
        outcome="other port" if wrong else "same port",
        statement=told[:300],
        evidence=facts.evidence_of(InventoryQuestion),
    )


PROBE = Probe(
    name="configured port",
    question="is every port it is configured with one that is offered?",
    otherwise={"other port": 0.03, "same port": 0.97},
    cost=0.3,
    applies=lambda facts, subject: bool(_configured(facts, subject)),
    needs=needs_nothing,
    read=_read,
)
