"""A certificate, secret or licence has come to its end: it fails at a moment nobody deployed anything."""

from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.certificates import owner
from agent.reasoning.facts import Facts
from agent.reasoning.outside_signs import speaking
from agent.reasoning.suspected import spoken

FAMILY = "certificate-expired"
WEIGHT = 0.35
CLAIM = "a certificate or credential that {where} depends on has expired"


def _suspect(facts: Facts) -> list[Suspicion]:
    """Whose certificate it is, where the messages tell; else who speaks of it first."""
    first = spoken(FAMILY, CLAIM, weight=WEIGHT)(facts)
    whose = owner(facts, speaking(facts, FAMILY)) if first else None
    if whose is None or whose == first[0].entity:
        return first
    # one suspect: no test tells whose it is better than the messages do
    return [Suspicion(entity=whose, claim=f"the certificate of {whose.name} has expired", weight=WEIGHT)]


CAUSES = [
    Cause(
        name="certificate-expired",
        title="certificate or credential expired",
        suspect=_suspect,
        own={"expiry": {"passed": 0.55, "said": 0.43, "no": 0.02}},
        settled_by=frozenset({"logs"}),
        advice="renew the certificate or credential; no rollback makes it valid again",
    ),
]
