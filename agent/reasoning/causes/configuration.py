"""A ConfigMap or Secret the service uses was changed."""

from agent.model.change import Change, ChangeKind
from agent.model.question import Configs, ConfigsQuestion
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.probes.contract import OWN
from agent.reasoning.probes.contract import PROBE as CONTRACT
from agent.reasoning.probes.credentials import OF_A_CHANGE
from agent.reasoning.probes.credentials import PROBE as CREDENTIALS
from agent.reasoning.proximity import nearness

WEIGHT = 0.35


def _suspect(facts: Facts) -> list[Suspicion]:
    return [
        Suspicion(
            entity=service_entity(facts.profile.service),
            change=change.id,
            claim=f"{change.title} broke {facts.profile.service.name}",
            weight=WEIGHT * nearness(facts, change),
            evidence=facts.change_evidence(),
        )
        for change in _used(facts)
    ]


def _used(facts: Facts) -> list[Change]:
    """Configuration changes of objects the pod template refers to; none when that could not be asked."""
    workload = facts.profile.workload
    configs = facts.answer(ConfigsQuestion(entity=workload.entity), Configs) if workload else None
    mine = {config.entity for config in configs.items} if configs else set()
    return [c for c in facts.changes if c.kind is ChangeKind.CONFIG and c.entity in mine]


CAUSES = [
    Cause(
        name="config-change",
        title="configuration change",
        suspect=_suspect,
        own={
            "onset": {"before": 0.02, "after": 0.80, "late": 0.18},
            "loaded configuration": {"only after": 0.62, "both": 0.35, "only before": 0.03},
            CONTRACT.name: OWN,
            CREDENTIALS.name: OF_A_CHANGE,
            "configuration named": {"yes": 0.60, "no": 0.40},
            "earlier occurrence": {"yes": 0.04, "no": 0.96},
        },
        elsewhere={
            # whatever reads it at its start may end of it, a new release's pods first
            "ended by itself": {"only new": 0.12, "old too": 0.18, "none": 0.70},
            "failing edge": {"explains": 0.10, "some": 0.15, "quiet": 0.75},
            # addresses, credentials and deadlines of calls are what configuration is made of
            "other callers": {"everybody": 0.02, "alone": 0.32, "only others": 0.03, "nobody": 0.63},
        },
        advice="put the previous content of {change} back and restart the pods that loaded it",
    ),
]
