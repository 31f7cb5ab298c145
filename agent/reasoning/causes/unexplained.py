"""Something is wrong at one place, and none of the mechanisms we know: where is said, what is not.

Broad, so that a mechanism at the same place is no rival of it; weak, so that any mechanism with a sign of
its own is ahead. It keeps an unknown kind of fault from being blamed on the next known one.
"""

from agent.model.question import InventoryQuestion
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts
from agent.reasoning.troubled import troubled

WEIGHT = 0.15

LOUD = 1.5
"""Signs that add up to less than this, an address without pods and nothing else, make the cause weaker."""


def _suspect(facts: Facts) -> list[Suspicion]:
    if not facts.profile.service.whole:
        return []  # of a named service its own errors speak, and the rest class
    found = troubled(facts)
    total = max(sum(amount for _, amount, _ in found.values()), LOUD)
    return [
        Suspicion(
            entity=entity,
            claim=f"{entity.name} is in trouble, by a mechanism we do not know ({told})",
            weight=WEIGHT * amount / total,
            evidence=facts.evidence_of(InventoryQuestion),
        )
        for entity, amount, told in found.values()
    ]


CAUSES = [
    Cause(
        name="trouble-unexplained",
        title="trouble of an unknown kind",
        suspect=_suspect,
        advice="look at {service}: its events, its last log lines, what differs from its siblings",
        settled_by=frozenset({"cluster"}),
        broad=True,
    ),
]
