"""The service runs out of memory and its containers are killed."""

from agent.model.question import Pods, PodsQuestion
from agent.model.signal import SignalKind
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.probes.out_of_memory import kills
from agent.reasoning.stated import suspicions

SEEN, GROWN, UNSEEN = 0.30, 0.15, 0.04
"""By kills that the cluster tells of, by memory that metrics saw grow, by neither."""


def _suspect(facts: Facts) -> list[Suspicion]:
    """The alerting service always, if little; any other of the namespace where a kill was found."""
    found = suspicions(facts, "resource-exhaustion", "runs out of memory")
    if facts.profile.service.whole:
        return found
    mine = service_entity(facts.profile.service)
    return [*_own(facts), *(suspicion for suspicion in found if suspicion.entity != mine)]


def _own(facts: Facts) -> list[Suspicion]:
    workload = facts.profile.workload
    pods = facts.answer(PodsQuestion(entity=workload.entity), Pods) if workload else None
    killed = any(kills(container) for pod in (pods.items if pods else []) for container in pod.containers)
    grown = any(
        row.kind is SignalKind.MEMORY and row.service == facts.profile.service for row in facts.moved if row.worse
    )
    return [
        Suspicion(
            entity=service_entity(facts.profile.service),
            claim=f"{facts.profile.service.name} runs out of memory",
            weight=SEEN if killed else GROWN if grown else UNSEEN,
            evidence=facts.cite(PodsQuestion(entity=workload.entity)) if workload else [],
        )
    ]


CAUSES = [
    Cause(
        name="resource-exhaustion",
        title="out of memory",
        suspect=_suspect,
        own={
            "out of memory": {"yes": 0.96, "no": 0.04},
            "own resources": {"cpu": 0.05, "memory": 0.80, "bounded": 0.05, "none": 0.10},
            "pods down": {"yes": 0.60, "no": 0.40},
            "memory limit": {"too small": 0.55, "killed": 0.40, "usual": 0.05},
        },
        elsewhere={"failing edge": {"explains": 0.06, "some": 0.14, "quiet": 0.80}},
        advice="raise the memory limit or find the leak; a restart buys time",
    ),
]
