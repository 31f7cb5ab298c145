"""A commit that went live: deployed by itself, or carried along with another's deployment."""

from math import exp

from agent.model.entity import Entity
from agent.reasoning.cargo import Load, loads
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.effect import effects
from agent.reasoning.facts import Facts
from agent.reasoning.probes.contract import OWN
from agent.reasoning.probes.contract import PROBE as CONTRACT
from agent.reasoning.probes.credentials import OF_A_CHANGE
from agent.reasoning.probes.credentials import PROBE as CREDENTIALS
from agent.reasoning.symptoms import began

WEIGHT = 0.45
CARRIED = 0.35
"""A commit that only travelled along is less often the one that somebody would have noticed."""

SHORT, LEAST = 40.0, 0.25
"""Minutes after which a deployment is suspected much less, and the least that is left: some effects need hours to build up."""

LATE = 90.0
"""Seconds after the first failure within which a deployment may still have been first: clocks and sampling are not sharp."""


def _suspect(facts: Facts) -> list[Suspicion]:
    start = began(facts)
    rows = [(load, (start - load.at).total_seconds()) for load in loads(facts.changes)]
    seen = effects(facts)
    return [
        Suspicion(
            entity=_entity(load),
            change=load.change.id,
            claim=f"{_told(load)} is bad"
            + (f" ({seen[load.change.id].mechanism})" if seen[load.change.id].strength else ""),
            weight=WEIGHT * (CARRIED if load.carried else 1.0) * max(LEAST, exp(-max(lag, 0.0) / 60 / SHORT)),
            evidence=facts.change_evidence(),
        )
        for load, lag in rows
        if lag >= -LATE
    ]


def _entity(load: Load) -> Entity:
    return load.deploy.entity


def _told(load: Load) -> str:
    commit = f"commit {load.change.commit[:8]}" if load.change.commit else load.change.title
    along = " that went along" if load.carried else ""
    return f"{commit}{along} with {load.deploy.version or 'the deployment'} of {load.deploy.entity.name}"


CAUSES = [
    Cause(
        name="bad-commit",
        title="bad commit",
        suspect=_suspect,
        own={
            "diff effect": {
                "explains": 0.58,
                "may explain": 0.14,
                "nothing": 0.19,
                "unlikely": 0.05,
                "harmless": 0.015,
                "unseen": 0.025,
            },
            "diff named": {"named": 0.36, "words": 0.21, "nothing": 0.43},
            CONTRACT.name: OWN,
            CREDENTIALS.name: OF_A_CHANGE,
            "deployed before": {"after the onset": 0.01, "soon": 0.69, "long": 0.30},
            "deployed where": {"first failing": 0.78, "reached": 0.14, "elsewhere": 0.08},
            "step at change": {"yes": 0.45, "no": 0.55},
        },
        settled_by=frozenset({"changes", "logs"}),
        advice="roll {service} back to the version before {change}, or forward with a fix",
    ),
]
