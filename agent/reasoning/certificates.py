"""Whose certificate ended, and when: from the words of TLS libraries, and from the cluster's own Certificates. Pure.

Called by the cause and the probe of expiry. Whoever verifies complains of the other end's certificate; whoever is
told so by a TLS alert has the bad one itself.
"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from agent.model.entity import Entity
from agent.model.inventory import Certificate
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.outside_signs import hosts, inside
from agent.reasoning.owners import entity_of
from agent.reasoning.symptoms import Saying

_ISO = re.compile(
    r"(?:not ?after|valid (?:until|to)|expir\w*|is (?:after|before)|validity)[^\d]{0,20}(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?)",
    re.IGNORECASE,
)
_C = re.compile(
    r"(?:not ?after|expir\w*)[^\w]{1,4}(?:(?:on|at|date)[: ]+)?(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w* )?"
    r"([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) (?:(?:UTC|GMT) )?(\d{4})(?! (?!GMT|UTC)[A-Z]{3})",
    re.IGNORECASE,
)
"""As Java's Date and OpenSSL print it; another zone than UTC is not read."""

ALERTED = re.compile(
    r"remote error: tls: (?:expired|bad|unknown|unsupported|revoked) certificate|alert (?:certificate expired|bad certificate)"
    r"|SSLV3_ALERT_(?:CERTIFICATE_EXPIRED|BAD_CERTIFICATE)|fatal alert: (?:certificate_expired|bad_certificate)",
    re.IGNORECASE,
)
"""The other end says that it does not take ours: Go, OpenSSL, Java."""

CLIENT = re.compile(r"(?:handshake error from|client certificate\D{0,40}) \[?(\d{1,3}(?:\.\d{1,3}){3})\]?")
"""A server of a client, by its address."""


def ends(text: str) -> list[datetime]:
    """The moments at which, by a message, something stops (or begins) to be valid."""
    found = [match[1].replace(" ", "T") for match in _ISO.finditer(text)]
    moments = [_parsed(datetime.fromisoformat, each) for each in found]
    moments += [_parsed(_written, " ".join(parts)) for parts in _C.findall(text)]
    return [moment.replace(tzinfo=UTC) for moment in moments if moment]


def _written(text: str) -> datetime:
    return datetime.strptime(text, "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)


def _parsed(read: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        return read(text)
    except ValueError:
        return None


def owner(facts: Facts, sayings: list[Saying]) -> Entity | None:
    """Whose certificate most of these messages are about; None where they do not tell."""
    votes: Counter[Entity] = Counter()
    for saying in sayings:
        if named := _named(facts, saying):
            votes[named] += saying.count
    return votes.most_common(1)[0][0] if votes else None


def _named(facts: Facts, saying: Saying) -> Entity | None:
    own = facts.profile.service.evolve(name=saying.service)
    if ALERTED.search(saying.text):
        return service_entity(own)
    if client := CLIENT.search(saying.text):
        return _at(facts, client[1])
    known = {call.callee.name for call in facts.calls} | {m.service for m in facts.messages}
    others = [
        name
        for name in known - {saying.service}
        if re.search(rf"(?://|\b(?:to|host|peer|server) )\[?{re.escape(name)}(?=[.:/ ])", saying.text)
    ]
    if others:
        return service_entity(own.evolve(name=max(others, key=len)))
    outside = sorted(host for host in hosts(saying.text) if not inside(host, known))
    return Entity(kind="External", name=outside[0]) if len(outside) == 1 and "//" in saying.text else None


def _at(facts: Facts, address: str) -> Entity | None:
    estate = facts.estate
    running = next((r for r in estate.pods if r.address == address and r.owner), None) if estate else None
    return entity_of(estate, running.owner) if estate and running else None


def ended(facts: Facts, around: datetime, near: timedelta) -> list[Certificate]:
    """The namespace's Certificates whose end fell into the trouble's beginning."""
    estate = facts.estate
    return [c for c in estate.certificates if c.ends_at and abs(c.ends_at - around) <= near] if estate else []
