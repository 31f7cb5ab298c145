"""A feature flag that was turned: code that lay dormant runs."""

from agent.model.change import Change, ChangeKind
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts
from agent.reasoning.symptoms import began

WEIGHT, LATE = 0.12, 90.0
SOON = 20 * 60.0


def _suspect(facts: Facts) -> list[Suspicion]:
    start = began(facts)
    flags = [c for c in facts.changes if c.kind is ChangeKind.FLAG and (start - c.at).total_seconds() >= -LATE]
    return [
        Suspicion(
            entity=change.entity,
            change=change.id,
            claim=f"{change.title} opened a path that fails",
            weight=WEIGHT * _near(change, (start - change.at).total_seconds()),
            evidence=facts.change_evidence(),
        )
        for change in flags
    ]


def _near(_change: Change, lag: float) -> float:
    return 1.0 if lag <= SOON else 0.3


CAUSES = [
    Cause(
        name="flag-turned",
        title="feature flag",
        suspect=_suspect,
        own={
            "flag named": {"named": 0.65, "words": 0.20, "nothing": 0.15},
            "deployed before": {"after the onset": 0.01, "soon": 0.89, "long": 0.10},
            "deployed where": {"first failing": 0.75, "reached": 0.17, "elsewhere": 0.08},
            "step at change": {"yes": 0.60, "no": 0.40},
        },
        advice="turn {change} back; the code behind it can be mended without haste",
    ),
]
