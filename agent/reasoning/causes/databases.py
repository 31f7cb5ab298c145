"""The database refuses, or its client does not know how to reach it.

Mechanisms: a server with no connection left, or set read-only after a failover, refuses every client alike; a
login that is refused, or a port where nobody listens, is the one client's configuration while others are served.
Errors carry the server's own codes (MySQL 1040, 1045, 1290; SQLSTATE 53300, 28P01, 25006).
"""

from dataclasses import replace

from agent.reasoning.causes import Cause
from agent.reasoning.probes.complaining_clients import OUTCOMES
from agent.reasoning.probes.complaining_clients import PROBE as COMPLAINING
from agent.reasoning.probes.database_clients import PROBE as TOLD
from agent.reasoning.probes.database_port import PROBE as PORT
from agent.reasoning.stated import WORDS, stated


def _row(alone: str, several: str, none: float = 0.03) -> dict[str, float]:
    rest = (0.10 - none) / (len(OUTCOMES) - 2)
    return {**dict.fromkeys(OUTCOMES, rest), alone: 0.80, several: 0.10, "none": none}


def _database(name: str, title: str, advice: str, kind: str) -> Cause:
    others = 0.05 / (len(TOLD.otherwise) - 2)
    row = {**dict.fromkeys(TOLD.otherwise, others), kind: 0.75, f"{kind}, to one": 0.20}
    return replace(stated(name, title, advice), own={TOLD.name: row})


CAUSES = [
    replace(
        stated("database-login-refused", "database refuses the login", "correct the user or password that {service} logs in with", settled_by=WORDS),
        own={COMPLAINING.name: _row("login, alone", "login, of several")},
    ),
    replace(
        stated("database-port-wrong", "nobody listens at the database port", "correct the database port of {service}", settled_by=WORDS),
        own={
            COMPLAINING.name: _row("nobody, alone", "nobody, of several"),
            PORT.name: {"other port": 0.85, "same port": 0.15},
        },
    ),
    _database("database-unreachable", "database cannot be reached", "look at {service}: its pods, its Service, its node", "nobody"),
    _database("database-connections-exhausted", "database has no connection left", "find who holds the connections of {service}, or raise its limit", "full"),
    _database("database-read-only", "database is read-only", "make {service} writable again, or point clients at the primary", "read-only"),
]  # fmt: skip
