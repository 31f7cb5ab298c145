"""Callers with a wrong address, and callers whose DNS does not answer: lines that name a host which did not resolve."""

import re
from collections import Counter

from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Declared, Estate
from agent.model.question import InventoryQuestion, MessagesQuestion
from agent.reasoning.calls import hosts
from agent.reasoning.facts import Facts
from agent.reasoning.lastwords import UNRESOLVED, saying
from agent.reasoning.owners import entity_of, pods_of, workload_named
from agent.reasoning.reach import ALIKE, alike

HOST = re.compile(
    r"(?:lookup|UnknownHostException:?|ENOTFOUND|EAI_AGAIN|getaddrinfo|resolve(?: host)?|UnableToConnect on|dial tcp:?|host)\s+"
    r"[\"']?([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*)",
    re.IGNORECASE,
)
"""A host name after the words that introduce one in the errors of Go, Java, Node, Python, libc and StackExchange.Redis."""


def detect(facts: Facts) -> list[Finding]:
    """For every workload: addresses in its environment that lead nowhere, and names it could not resolve."""
    estate = facts.estate
    if estate is None:
        return []
    return [
        f for declared in estate.workloads for f in (*_address(facts, estate, declared), *_dns(facts, estate, declared))
    ]


def unknown_hosts(estate: Estate, declared: Declared) -> dict[str, str]:
    """One-label hosts of its environment that no Service has, each with its variable; none where not all Services are known."""
    if not estate.knows("Service"):
        return {}
    names = {route.entity.name for route in estate.routes}
    first = dict(hosts(declared).items())
    return {
        host: variable
        for host, variable in first.items()
        if _local(estate, host) and host.split(".")[0] not in names and re.search(r"[a-z]", host)
    }


def _local(estate: Estate, host: str) -> bool:
    parts = host.split(".")
    return len(parts) == 1 or (len(parts) > 1 and parts[1] == estate.namespace)


def _address(facts: Facts, estate: Estate, declared: Declared) -> list[Finding]:
    found = []
    for host, variable in unknown_hosts(estate, declared).items():
        if not _looks_like_address(declared, variable, host):
            continue
        spoken = saying(facts, re.compile(rf"(?<![\w-]){re.escape(host)}(?![\w-])"))
        own = [message for message in spoken if message.service == declared.entity.name]
        if workload_named(estate, host.split(".")[0]):
            told = f"{variable} of {declared.entity.name} names {host}, a workload without a Service"
            found.append(
                _finding(facts, estate, host.split(".")[0], "service-missing", told, 0.1 + (0.3 if spoken else 0.0))
            )
            continue
        twin = max((alike(host, route.entity.name) for route in estate.routes), default=0.0)
        trust = 0.03 + (0.4 if spoken else 0.0) + (0.2 if own else 0.0) + (0.35 if twin >= ALIKE else 0.0)
        told = f"{variable} of {declared.entity.name} names {host}, which no Service is called"
        told += f"; {len(spoken)} lines speak of it" if spoken else ""
        found.append(_finding(facts, estate, declared.entity.name, "address-wrong", told, trust))
    return found


def _looks_like_address(declared: Declared, variable: str, host: str) -> bool:
    """A host with a port, or a variable that says what it holds: most words of an environment are no hosts."""
    for container in declared.template.containers:
        value = container.environment.get(variable, "")
        if re.search(rf"{re.escape(host)}:\d+", value, re.IGNORECASE) or "://" in value:
            return True
    return bool(re.search(r"(ADDR|ADDRESS|HOST|URL|URI|ENDPOINT)S?$", variable.upper()))


def _dns(facts: Facts, estate: Estate, declared: Declared) -> list[Finding]:
    """A name that exists did not resolve for this one, and still does not."""
    template = declared.template
    own_dns = template.dns_policy not in ("", "ClusterFirst", "ClusterFirstWithHostNet")
    unresolved = [m for m in saying(facts, UNRESOLVED) if m.service == declared.entity.name]
    names = {route.entity.name for route in estate.routes}
    asked: Counter[str] = Counter()
    for message in unresolved:
        asked.update({match.split(".")[0] for match in HOST.findall(message.text)} & names)
    pods = pods_of(estate, declared.entity.name)
    troubled = any(not r.pod.ready or any(c.restarts > 1 for c in r.pod.containers) for r in pods)
    if not own_dns and not (asked and troubled):
        return []
    trust = (0.45 if own_dns else 0.0) + (0.3 if asked else 0.0) + (0.2 if troubled else 0.0)
    told = f"{declared.entity.name} cannot resolve {', '.join(sorted(asked)[:3]) or 'names'}"
    told += f"; its DNS policy is {template.dns_policy}, servers {template.dns_servers}" if own_dns else ""
    return [_finding(facts, estate, declared.entity.name, "dns-not-answering", told, min(trust, 1.0))]


def _finding(facts: Facts, estate: Estate, workload: str, cause: str, told: str, trust: float) -> Finding:
    return Finding(
        kind=FindingKind.ADDRESS,
        entity=entity_of(estate, workload),
        statement=told,
        normal="addresses name Services that are there",
        evidence=[*facts.evidence_of(InventoryQuestion), *facts.evidence_of(MessagesQuestion)],
        cause=cause,
        trust=trust,
    )
