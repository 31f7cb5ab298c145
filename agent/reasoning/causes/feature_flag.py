"""A feature flag that was turned: code that lay dormant runs."""

from agent.model.change import Change, ChangeKind
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts
from agent.reasoning.gated import gated
from agent.reasoning.symptoms import began

WEIGHT, LATE = 0.12, 90.0
SOON = 20 * 60.0


def _turned(facts: Facts) -> list[Change]:
    start = began(facts)
    return [c for c in facts.changes if c.kind is ChangeKind.FLAG and (start - c.at).total_seconds() >= -LATE]


def _behind(facts: Facts) -> list[Suspicion]:
    """Commits whose code a flag has let run."""
    turned = {change.id: change for change in _turned(facts)}
    return [
        Suspicion(
            entity=load.deploy.entity,
            change=load.change.id,
            claim=f"commit {load.change.commit[:8]} of {load.deploy.entity.name} fails since {turned[flag].title} let it run",
            weight=WEIGHT * _near(turned[flag], (began(facts) - turned[flag].at).total_seconds()),
            evidence=facts.change_evidence(),
        )
        for flag, load in gated(facts)
        if flag in turned
    ]


def _suspect(facts: Facts) -> list[Suspicion]:
    start, known = began(facts), {flag for flag, _ in gated(facts)}
    flags = [change for change in _turned(facts) if change.id not in known]
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
        name="flagged-code",
        title="code behind a feature flag",
        suspect=_behind,
        own={
            "flag lets it run": {"just before": 0.90, "earlier": 0.09, "after": 0.01},
            "diff effect": {
                "explains": 0.40,
                "may explain": 0.15,
                "nothing": 0.15,
                "unlikely": 0.25,
                "harmless": 0.02,
                "unseen": 0.03,
            },
            "diff named": {"named": 0.45, "words": 0.25, "nothing": 0.30},
            "deployed where": {"first failing": 0.78, "reached": 0.14, "elsewhere": 0.08},
        },
        settled_by=frozenset({"changes", "logs"}),
        advice="turn the flag back that lets {change} run; the code can be mended without haste",
    ),
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
        settled_by=frozenset({"changes", "logs"}),
        advice="turn {change} back; the code behind it can be mended without haste",
    ),
]
