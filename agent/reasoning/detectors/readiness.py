"""Pods that do not serve: not ready, or a Service without endpoints."""

from agent.model.finding import Finding, FindingKind
from agent.model.profile import Profile
from agent.model.question import Pods, PodsQuestion, Services, ServicesQuestion
from agent.reasoning.facts import Facts


def detect(facts: Facts) -> list[Finding]:
    """For the alerting service and whom it calls."""
    return [
        finding for profile in facts.profiles for finding in (*_unready(facts, profile), *_endpoints(facts, profile))
    ]


def _unready(facts: Facts, profile: Profile) -> list[Finding]:
    if profile.workload is None:
        return []
    question = PodsQuestion(entity=profile.workload.entity)
    pods = facts.answer(question, Pods)
    waiting = [pod.name for pod in pods.items if not pod.ready and not pod.deleting] if pods else []
    if not waiting:
        return []
    return [
        Finding(
            kind=FindingKind.UNREADY,
            entity=profile.workload.entity,
            statement=f"{len(waiting)} of {profile.workload.replicas} pods are not ready: {', '.join(sorted(waiting)[:3])}",
            normal="all pods ready",
            magnitude=len(waiting),
            evidence=facts.cite(question),
        )
    ]


def _endpoints(facts: Facts, profile: Profile) -> list[Finding]:
    question = ServicesQuestion(namespace=profile.service.namespace)
    services = facts.answer(question, Services)
    mine = (
        [s for s in services.items if s.entity.name == profile.service.name and s.selector and not s.ready]
        if services
        else []
    )
    return [
        Finding(
            kind=FindingKind.NO_ENDPOINTS,
            entity=service.entity,
            statement=f"no ready endpoint ({service.not_ready} not ready)",
            normal="at least one",
            evidence=facts.cite(question),
        )
        for service in mine
    ]
