"""A provider outside the estate is impaired: its hosts answer with failures of their own."""

from agent.model.entity import Entity
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts
from agent.reasoning.outside_signs import SHARE, outside_hosts, sign
from agent.reasoning.suspected import WEIGHT


def _suspect(facts: Facts) -> list[Suspicion]:
    found, outside = sign(facts, "provider-impaired"), outside_hosts(facts)
    if found.share < SHARE or not outside:
        return []
    host = max(outside, key=lambda name: (len(outside[name]), name))
    claim = f"{host}, which is not ours, is impaired"
    return [Suspicion(entity=Entity(kind="External", name=host), claim=claim, weight=WEIGHT)]


CAUSES = [
    Cause(
        name="provider-impaired",
        title="outside provider impaired",
        suspect=_suspect,
        own={
            "outside host fails": {"several services": 0.58, "one service": 0.38, "none": 0.04},
            "status page": {"yes": 0.6, "no": 0.4},
        },
        settled_by=frozenset({"logs"}),
        advice="fail over to another region or provider, or wait with the provider's status page; nothing of ours changed",
    ),
]
