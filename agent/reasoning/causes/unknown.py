"""Something we cannot see: the rest class that keeps every other cause honest."""

from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts, service_entity

WEIGHT = 0.10


def _suspect(facts: Facts) -> list[Suspicion]:
    return [
        Suspicion(
            entity=service_entity(facts.profile.service),
            claim="something we cannot see (traffic, hardware, an operation outside)",
            weight=WEIGHT,
        )
    ]


CAUSES = [
    Cause(
        name="nothing-visible",
        title="nothing visible",
        suspect=_suspect,
        advice="look at what Steadyhand could not see: the gaps in coverage below",
        testable=False,
    ),
]
