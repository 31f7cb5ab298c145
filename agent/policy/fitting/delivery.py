"""Steps through the tools that deliver: Argo Rollouts, Argo CD, Flux."""

from agent.model.action import Action
from agent.model.delivery import Delivery
from agent.model.delivery_action import AbortRollout, PromoteRollout, RollbackApplication, SuspendSync
from agent.model.hypothesis import Hypothesis
from agent.model.playbook import Playbook, PlaybookStep
from agent.policy.fitting.workloads import NOT_FOUND, of_kind
from agent.policy.situation import Situation

ROLLOUT = ("Rollout",)


def _abort(_step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    workload = of_kind(situation, ROLLOUT)
    if isinstance(workload, str):
        return workload
    under_way = 0 < workload.updated < workload.replicas or workload.paused
    return AbortRollout(target=workload.entity) if under_way else f"no rollout of {workload.entity} is under way"


def _promote(_step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    workload = of_kind(situation, ROLLOUT)
    if isinstance(workload, str):
        return workload
    waits = workload.conditions.get("Paused", "").startswith("True")
    return PromoteRollout(target=workload.entity) if waits else f"{workload.entity} does not wait at a pause"


def _rollback_application(
    _step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation
) -> Action | str:
    """The entry of its history before the newest: what Argo CD had applied before the change."""
    delivery = _keeper(situation, "Argo CD")
    if isinstance(delivery, str):
        return delivery
    if delivery.automatic:
        return f"{delivery.entity} syncs by itself and would come straight back: revert the change in Git"
    earlier = [entry for entry in delivery.history if entry.revision != delivery.applied]
    if not earlier:
        return f"{delivery.entity} has no earlier revision in its history"
    last = max(earlier, key=lambda entry: entry.id)
    return RollbackApplication(target=delivery.entity, history=last.id, revision=last.revision)


def _suspend(_step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    delivery = _keeper(situation, "Flux")
    if isinstance(delivery, str):
        return delivery
    return f"{delivery.entity} is suspended already" if delivery.suspended else SuspendSync(target=delivery.entity)


def _keeper(situation: Situation, tool: str) -> Delivery | str:
    """Which delivery of this tool keeps the workload."""
    workload = situation.workload
    if workload is None:
        return NOT_FOUND
    known = situation.estate.deliveries if situation.estate else []
    here = [
        delivery
        for delivery in known
        if delivery.tool == tool and any(each.entity == workload.entity for each in delivery.objects)
    ]
    return here[0] if len(here) == 1 else f"{len(here)} deliveries of {tool} are known to keep {workload.entity}"


FITS = {
    "abort_rollout": _abort,
    "promote_rollout": _promote,
    "rollback_application": _rollback_application,
    "suspend_sync": _suspend,
}
