"""The service runs something else than what Git declares.

Mechanism: somebody edits a live object that Argo CD or Flux keeps, and the edit breaks it, or stays unseen by whoever
reviews Git; or the tool cannot apply what is declared (it does not build, a dependency is not ready, the API server
refuses an object, it is suspended), and a fix that was merged reaches nobody.

That live and declared differ is no fault by itself: a live edit is suspected as the change it is, by its closeness in
time, and tested as a release is. It is told from a release by who wrote it.
"""

from dataclasses import replace

from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.causes.configuration import CAUSES as CONFIGURATION
from agent.reasoning.causes.release import CAUSES as RELEASES
from agent.reasoning.causes.release import RELEASE
from agent.reasoning.delivered import edits, keeper
from agent.reasoning.explained import unexplained
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.owners import entity_of, workload_of
from agent.reasoning.probes.delivery import PROBE as DELIVERY
from agent.reasoning.proximity import nearness
from agent.reasoning.stated import predicted, stated

DRIFT, DRIFT_TITLE = "gitops-drift", "edited live, past Git"
EDITED, ELSEWHERE = 0.45, 0.25
"""As a release, of the service itself and of another: it is one that nobody reviewed."""


def _drift(facts: Facts) -> list[Suspicion]:
    """The live edits of services whose delivery is out of step; without any on the timeline, the difference itself."""
    estate = facts.estate
    if estate is None:
        return []
    dated: list[Suspicion] = []
    alerting = service_entity(facts.profile.service)
    for declared in estate.workloads:
        entity = entity_of(estate, declared.entity.name)
        delivery = keeper(estate, entity)
        if delivery is None or workload_of(estate, entity) != declared or not _concerns(facts, declared.entity.name):
            continue
        dated += [
            Suspicion(
                entity=entity,
                change=change.id,
                claim=f"{change.title} by {change.actor}, which {delivery.tool} does not declare, is bad",
                weight=(EDITED if entity == alerting else ELSEWHERE) * nearness(facts, change),
                evidence=facts.change_evidence(),
            )
            for change in edits(facts, delivery, declared)
        ]
    known = {one.entity for one in dated}
    return [*dated, *(one for one in unexplained(facts, DRIFT, DRIFT_TITLE) if one.entity not in known)]


def _concerns(facts: Facts, workload: str) -> bool:
    estate, services = facts.estate, {service_entity(profile.service) for profile in facts.profiles}
    return facts.profile.service.whole or (estate is not None and entity_of(estate, workload) in services)


def _state(name: str, title: str, advice: str, outcome: str) -> Cause:
    cause = stated(name, title, advice, (DELIVERY, outcome))
    return replace(cause, suspect=lambda facts: unexplained(facts, name, title))


CAUSES = [
    Cause(
        name=DRIFT,
        title=DRIFT_TITLE,
        suspect=_drift,
        own={**CONFIGURATION[0].own, **RELEASE, DELIVERY.name: predicted(DELIVERY, "edited live")},
        elsewhere=RELEASES[0].elsewhere,
        advice="take the live edit of {service} back, or commit it, so that its GitOps tool keeps what was meant",
    ),
    _state(
        "gitops-not-applied",
        "what Git declares is not applied",
        "see why the GitOps tool cannot apply {service}: until it can, no fix arrives",
        "not applied",
    ),
    _state(
        "gitops-suspended",
        "its GitOps tool is suspended",
        "resume it, or sync by hand, so that {service} runs what is declared",
        "suspended",
    ),
]
