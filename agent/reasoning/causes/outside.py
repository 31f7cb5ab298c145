"""What no commit brought about: resolvers, certificates, providers, bad records, traffic, hardware, quotas, clocks.

Suspected only where the errors speak of it; each family has a probe of its own that tests it on other signs.
"""

from collections.abc import Callable

from agent.model.entity import Entity
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.first_failing import origin
from agent.reasoning.incoming import risen
from agent.reasoning.outside_signs import SHARE, outside_hosts, sign

WEIGHT = 0.25


def _family(name: str, claim: str, *, weight: float = WEIGHT) -> Callable[[Facts], list[Suspicion]]:
    def suspect(facts: Facts) -> list[Suspicion]:
        found = sign(facts, name)
        if found.share < SHARE:
            return []
        return [Suspicion(entity=_entity(facts), claim=claim.format(where=origin(facts).first), weight=weight)]

    return suspect


def _entity(facts: Facts) -> Entity:
    service = facts.profile.service
    return service_entity(service.evolve(name=origin(facts).first or service.name))


def _surge(facts: Facts) -> list[Suspicion]:
    spoken, rose = sign(facts, "traffic-surge").share >= SHARE, bool(risen(facts))
    if not (spoken or rose):
        return []
    claim = f"more comes in than {origin(facts).first} can serve"
    return [Suspicion(entity=_entity(facts), claim=claim, weight=0.16 if spoken and rose else 0.05)]


def _provider(facts: Facts) -> list[Suspicion]:
    found, outside = sign(facts, "provider-impaired"), outside_hosts(facts)
    if found.share < SHARE or not outside:
        return []
    host = max(outside, key=lambda name: (len(outside[name]), name))
    claim = f"{host}, which is not ours, is impaired"
    return [Suspicion(entity=Entity(kind="External", name=host), claim=claim, weight=WEIGHT)]


CAUSES = [
    Cause(
        name="name-resolution",
        title="names do not resolve",
        suspect=_family("name-resolution", "names do not resolve for {where}"),
        own={"names unresolved": {"many": 0.85, "one": 0.13, "none": 0.02}, "struck together": {"several": 0.75, "one": 0.25}},
        advice="look at the cluster's DNS and at whom it forwards to; no rollback makes names resolve",
    ),
    Cause(
        name="certificate-expired",
        title="certificate or credential expired",
        suspect=_family("certificate-expired", "a certificate or credential that {where} depends on has expired", weight=0.35),
        own={"expiry": {"passed": 0.55, "said": 0.43, "no": 0.02}},
        advice="renew the certificate or credential; no rollback makes it valid again",
    ),
    Cause(
        name="provider-impaired",
        title="outside provider impaired",
        suspect=_provider,
        own={"outside host fails": {"several services": 0.58, "one service": 0.38, "none": 0.04}, "status page": {"yes": 0.6, "no": 0.4}},
        advice="fail over to another region or provider, or wait with the provider's status page; nothing of ours changed",
    ),
    Cause(
        name="bad-data",
        title="bad record",
        suspect=_family("bad-data", "a record that {where} cannot take fails again and again"),
        own={"same record": {"one": 0.85, "many": 0.13, "none": 0.02}},
        advice="set the record aside (skip its offset, dead-letter queue) and tell its producer",
    ),
    Cause(
        name="traffic-surge",
        title="more traffic than capacity",
        suspect=_surge,
        own={"load": {"rose": 0.90, "flat": 0.08, "unseen": 0.02}},
        advice="scale {service} out, or shed load at the edge",
    ),
    Cause(
        name="hardware",
        title="node, disk, network or zone",
        suspect=_family("hardware", "a node, disk, network or zone under {where} fails"),
        own={"hardware words": {"most": 0.80, "some": 0.17, "none": 0.03}},
        advice="drain the node or fail over from the zone",
    ),
    Cause(
        name="quota-exhausted",
        title="quota of an account used up",
        suspect=_family("quota-exhausted", "a quota of an account that {where} uses is used up"),
        own={"quota words": {"most": 0.85, "some": 0.12, "none": 0.03}},
        advice="ask the provider for a higher quota, or use less",
    ),
    Cause(
        name="clock-skew",
        title="a clock is wrong",
        suspect=_family("clock-skew", "a clock under {where} is wrong", weight=0.12),
        own={"clock words": {"most": 0.75, "some": 0.22, "none": 0.03}},
        advice="repair time synchronisation on the node",
    ),
]
