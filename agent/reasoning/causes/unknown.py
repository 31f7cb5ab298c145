"""Something we cannot see: the rest class that keeps every other cause honest."""

from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts, service_entity

WEIGHT = 0.10

SYMPTOMS = {"reachable": {"yes": 0.50, "no": 0.50}, "missed": {"yes": 0.60, "no": 0.40}}
"""Tests that see a symptom, not its mechanism: what we cannot see may look like that just as well."""


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
        elsewhere=SYMPTOMS,
        advice="look at what Steadyhand could not see: the gaps in coverage below",
        testable=False,
    ),
]
