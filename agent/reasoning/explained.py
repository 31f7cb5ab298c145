"""Whether something nearer than a controller explains that a workload does not become ready. Called by causes and probes of controllers.

A rollout that does not get on, or a tool that cannot apply, because an image is not there says nothing the image
does not: then the controller's state is hardly suspected, and no test of it is run that would count against the image.
"""

from agent.model.entity import Entity
from agent.model.finding import FindingKind
from agent.reasoning.causes import Suspicion
from agent.reasoning.detectors import findings
from agent.reasoning.facts import Facts
from agent.reasoning.stated import FAINT, POSSIBLE, suspicions

POD_LEVEL = frozenset(
    {
        FindingKind.UNSCHEDULED,
        FindingKind.UNBOUND,
        FindingKind.NOT_STARTING,
        FindingKind.IMAGE_PULL,
        FindingKind.HEALTH_CHECK,
        FindingKind.OOM_KILLED,
        FindingKind.CRASH_LOOP,
        FindingKind.ADMISSION,
    }
)
"""What keeps a pod from being made or from becoming ready."""


def explained(facts: Facts, entity: Entity) -> bool:
    """A detector names a mechanism that keeps pods of this service from becoming ready."""
    return any(
        finding.kind in POD_LEVEL and finding.cause and finding.trust >= POSSIBLE and finding.entity == entity
        for finding in findings(facts)
    )


def unexplained(facts: Facts, cause: str, title: str) -> list[Suspicion]:
    """As `suspicions`, next to nothing where something nearer explains the same."""
    return [
        one.evolve(weight=min(one.weight, FAINT)) if explained(facts, one.entity) else one
        for one in suspicions(facts, cause, title)
    ]
