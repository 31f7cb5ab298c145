"""Databases as their clients' drivers report them: logins refused, connections used up, writes refused, nobody at the port."""

import re
from collections import defaultdict
from typing import NamedTuple

from agent.model.entity import Entity
from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Declared, Estate
from agent.model.question import InventoryQuestion, MessagesQuestion
from agent.reasoning.calls import hosts
from agent.reasoning.facts import Facts
from agent.reasoning.lastwords import crashing, excerpt, saying
from agent.reasoning.owners import entity_of, pods_of, selects, workload_named

PORTS = {3306, 5432, 1433, 1521, 27017, 6379, 9042, 26257, 33060}
"""Where MySQL, PostgreSQL, SQL Server, Oracle, MongoDB, Redis, Cassandra and CockroachDB listen unless told otherwise."""

LOGIN = re.compile(
    r"Access denied for user|SQL Error: 1045|password authentication failed|SQLSTATE\W*28P01|role \"[^\"]+\" does not exist"
    r"|WRONGPASS|NOAUTH|Login failed for user|ORA-01017|Authentication failed",
    re.IGNORECASE,
)
FULL = re.compile(
    r"Too many connections|SQL Error: 1040|too many clients already|remaining connection slots are reserved"
    r"|max number of clients reached|ORA-00018|connection limit exceeded",
    re.IGNORECASE,
)
READ_ONLY = re.compile(
    r"--(super-)?read-only option|SQL Error: 1290|in a read-only transaction|READONLY You can't write|not (?:master|primary) and"
    r"|database is (?:in )?read[- ]?only|attempt to write a readonly database",
    re.IGNORECASE,
)
NOBODY = re.compile(
    r"Communications link failure|could not connect to server|Can't connect to (?:MySQL|MariaDB|local)|ServerSelectionTimeout"
    r"|Connection to \S+:\d+ refused|CannotGetJdbcConnection|SQLNonTransientConnectionException|Unable to obtain.*JDBC",
    re.IGNORECASE,
)
REFUSED = re.compile(r"Connection refused|ECONNREFUSED|connect timed out|Connection timed out", re.IGNORECASE)
PEER = re.compile(r"@'?(\d{1,3}(?:\.\d{1,3}){3})'?|\b(?:client|host|from)[=: ]+'?(\d{1,3}(?:\.\d{1,3}){3})")
"""The client's address in a server's line (MySQL's user@host, PostgreSQL's host=)."""

MANY = 3
"""From so many clients on it is the database's trouble, not one client's."""


class Complaint(NamedTuple):
    """What drivers say, which cause it speaks for with few and with many clients."""

    words: re.Pattern[str]
    client: str  # "" where it is the database's whoever complains
    database: str


COMPLAINTS = [
    Complaint(LOGIN, "database-login-refused", "database-login-refused"),
    Complaint(FULL, "", "database-connections-exhausted"),
    Complaint(READ_ONLY, "", "database-read-only"),
]


def detect(facts: Facts) -> list[Finding]:
    """For every kind of complaint: of the client where it is alone, of the database where many complain or none could help it."""
    estate = facts.estate
    if estate is None:
        return []
    return [*(f for complaint in COMPLAINTS for f in _said(facts, estate, complaint)), *_nobody(facts, estate)]


def _said(facts: Facts, estate: Estate, complaint: Complaint) -> list[Finding]:
    said = clients(facts, complaint.words)
    if not said:
        return []
    if complaint.client:  # lines of the past name addresses that others have by now
        said = {name: text for name, text in said.items() if _troubled(facts, estate, name)} or said
    told = f"{', '.join(sorted(said)[:4])} {'is' if len(said) == 1 else 'are'} told: {next(iter(said.values()))}"
    if complaint.client and len(said) < MANY:
        return [
            _finding(
                facts,
                entity_of(estate, name),
                complaint.client,
                f"told: {text}",
                0.8 if _troubled(facts, estate, name) else 0.03,
            )
            for name, text in said.items()
        ]
    served = database(estate, list(said))
    return [_finding(facts, entity, complaint.database, told, trust) for entity, trust in served]


def clients(facts: Facts, words: re.Pattern[str]) -> dict[str, str]:
    """By service, the newest line with the words; a server's own line counts for the client whose address it names.

    Only if that client is in trouble: addresses are given away again, and a server's log goes back far.
    """
    owners = {r.address: r.owner for r in facts.estate.pods if r.address} if facts.estate else {}
    found = {}
    for message in saying(facts, words):
        peer = PEER.search(message.text)
        served = facts.estate is not None and _serves(facts.estate, message.service)
        name = owners.get(peer[1] or peer[2], "") if served and peer else message.service
        if name and (name == message.service or (facts.estate and _troubled(facts, facts.estate, name))):
            found[name] = excerpt(message, words)
    return found


def _nobody(facts: Facts, estate: Estate) -> list[Finding]:
    """Drivers that reach nobody: one client has a wrong address, many have no database."""
    said = {m.service: excerpt(m, REFUSED) for m in saying(facts, NOBODY) if REFUSED.search(m.text)}
    said = {name: text for name, text in said.items() if _troubled(facts, estate, name)}
    if not said:
        return []
    if len(said) >= MANY:
        told = f"{len(said)} clients reach nobody at its port: {', '.join(sorted(said)[:4])}"
        return [_finding(facts, e, "database-unreachable", told, trust) for e, trust in database(estate, list(said))]
    return [
        _finding(
            facts, entity_of(estate, name), "database-port-wrong", f"its database driver reaches nobody: {text}", 0.7
        )
        for name, text in said.items()
    ]


def _troubled(facts: Facts, estate: Estate, name: str) -> bool:
    return any(crashing(running, facts.anchor) or not running.pod.ready for running in pods_of(estate, name))


def database(estate: Estate, complaining: list[str]) -> list[tuple[Entity, float]]:
    """The databases the clients use, each with its share: by their configuration, else any workload at a database's port."""
    votes: dict[str, int] = defaultdict(int)
    for name in complaining:
        declared = workload_named(estate, name)
        for owner in {
            o for host in (hosts(declared) if declared else {}) for o in [behind(estate, host.split(".")[0])] if o
        }:
            votes[owner] += 1
    known = {owner: count for owner, count in votes.items() if _serves(estate, owner)}
    if not known:
        known = {w.entity.name: 1 for w in estate.workloads if _serves(estate, w.entity.name)}
    total = sum(known.values())
    return [(entity_of(estate, owner), 0.9 * count / total) for owner, count in known.items()]


def behind(estate: Estate, service: str) -> str:
    """The workload whose pods a Service of this name selects, "" for none."""
    route = next((route for route in estate.routes if route.entity.name == service), None)
    if route is None:
        return ""
    owners = [r.owner for r in estate.pods if selects(route.selector, r.pod.labels)]
    owners += [w.entity.name for w in estate.workloads if selects(route.selector, w.template.labels)]
    return (owners or [""])[0]


def _serves(estate: Estate, workload: str) -> bool:
    declared: Declared | None = workload_named(estate, workload)
    return declared is not None and any(p.number in PORTS for c in declared.template.containers for p in c.ports)


def _finding(facts: Facts, entity: Entity, cause: str, told: str, trust: float) -> Finding:
    return Finding(
        kind=FindingKind.DATABASE,
        entity=entity,
        statement=told,
        normal="drivers connect and write",
        evidence=[*facts.evidence_of(MessagesQuestion), *facts.evidence_of(InventoryQuestion)],
        cause=cause,
        trust=trust,
    )
