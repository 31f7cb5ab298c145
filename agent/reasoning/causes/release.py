"""A bad release: of the alerting service, or of one it calls."""

from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.probes.contract import OWN
from agent.reasoning.probes.contract import PROBE as CONTRACT
from agent.reasoning.probes.credentials import OF_A_CHANGE
from agent.reasoning.probes.credentials import PROBE as CREDENTIALS
from agent.reasoning.proximity import nearness, rollouts

OWN_WEIGHT, DEPENDENCY_WEIGHT = 0.45, 0.25
"""Google's SRE book puts about 70 % of outages down to changes of a live system; most are of the service itself."""


def _own(facts: Facts) -> list[Suspicion]:
    entity = service_entity(facts.profile.service)
    return [
        Suspicion(
            entity=entity,
            change=change.id,
            claim=f"{change.title} is bad",
            weight=OWN_WEIGHT * nearness(facts, change),
            evidence=facts.change_evidence(),
        )
        for change in rollouts(facts, facts.profile)
    ]


def _dependency(facts: Facts) -> list[Suspicion]:
    return [
        Suspicion(
            entity=service_entity(profile.service),
            change=change.id,
            claim=f"{change.title}, which {facts.profile.service.name} calls, is bad",
            weight=DEPENDENCY_WEIGHT * nearness(facts, change),
            evidence=facts.change_evidence(),
        )
        for profile in facts.dependencies
        for change in rollouts(facts, profile)
    ]


RELEASE = {
    "onset": {"before": 0.02, "after": 0.90, "late": 0.08},
    "revision split": {"only new": 0.93, "both": 0.05, "only old": 0.02},
    "log novelty": {"only new": 0.75, "everywhere": 0.05, "none": 0.20},
    "ended by itself": {"only new": 0.25, "old too": 0.02, "none": 0.73},
    "dose response": {"follows": 0.85, "flat": 0.15},
    CONTRACT.name: OWN,
    CREDENTIALS.name: OF_A_CHANGE,
    "taken back": {"recovered": 0.90, "persists": 0.10},
    "earlier occurrence": {"yes": 0.04, "no": 0.96},
    # most bad releases get through; one whose pods never become ready does not, and shows little else
    "rollout": {
        "done": 0.54,
        "on its way": 0.12,
        "blocked": 0.27,
        "none made": 0.02,
        "paused": 0.03,
        "held back": 0.01,
        "waits for old": 0.01,
    },
    # a build that only fails under one namespace's load or data is not rare
    "same build elsewhere": {"fails there": 0.70, "healthy there": 0.30},
}

CAUSES = [
    Cause(
        name="bad-release",
        title="bad release",
        suspect=_own,
        own={**RELEASE, "out of memory": {"yes": 0.15, "no": 0.85}},
        elsewhere={
            "failing edge": {"explains": 0.06, "some": 0.12, "quiet": 0.82},
            "dependency failing": {"failing": 0.04, "silent": 0.02, "healthy": 0.94},
            # a build that asks wrongly, or with a lost credential, fails alone
            "other callers": {"everybody": 0.02, "alone": 0.22, "only others": 0.03, "nobody": 0.73},
        },
        advice="roll the release back, or forward with a fix",
    ),
    Cause(
        name="bad-dependency-release",
        title="bad release of a dependency",
        suspect=_dependency,
        own={
            **RELEASE,
            "failing edge": {"explains": 0.90, "some": 0.08, "quiet": 0.02},
            "other callers": {"everybody": 0.80, "alone": 0.08, "only others": 0.04, "nobody": 0.08},
            "dependency failing": {"failing": 0.92, "silent": 0.05, "healthy": 0.03},
        },
        advice="roll the dependency's release back, or tell its owners",
    ),
]
