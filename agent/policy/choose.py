"""Which playbook treats the confirmed cause here, and with which exact action. Says why when none fits."""

from agent.model.action import Action
from agent.model.hypothesis import Hypothesis
from agent.model.playbook import Playbook, Precondition
from agent.model.record import Record
from agent.policy.fitting import fits
from agent.policy.fitting.workloads import NOT_FOUND, no_revision, target_revision
from agent.policy.situation import Situation
from agent.reasoning.profiling import gitops_manager

AUTOSCALER = ("kube-controller-manager", "scale")
"""As whom the HorizontalPodAutoscaler writes: its controller is part of that process and uses the scale subresource."""


class Choice(Record):
    """A playbook with its action, or the reasons why there is none."""

    playbook: Playbook | None = None
    action: Action | None = None
    reasons: list[str] = []


def choose(hypothesis: Hypothesis, situation: Situation, playbooks: list[Playbook]) -> Choice:
    """The first playbook, in the order given, that treats the cause and whose preconditions hold."""
    treating = [playbook for playbook in playbooks if hypothesis.cause in playbook.treats]
    if not treating:
        return Choice(reasons=[f"no playbook treats {hypothesis.cause}"])
    reasons: list[str] = []
    for playbook in treating:
        failed = [reason for condition in playbook.preconditions if (reason := unmet(condition, situation))]
        step = playbook.steps[0]
        found = "" if failed else fits()[step.action](step, playbook, hypothesis, situation)
        if not isinstance(found, str):
            return Choice(playbook=playbook, action=found)
        reasons += [f"{playbook.name}: {reason}" for reason in failed or [found]]
    return Choice(reasons=reasons)


def unmet(condition: Precondition, situation: Situation) -> str:
    """Why a precondition does not hold; empty when it does."""
    workload = situation.workload
    if workload is None:
        return NOT_FOUND
    match condition:
        case Precondition.PREVIOUS_REVISION_EXISTS:
            return "" if target_revision(situation) else no_revision(situation)
        case Precondition.NOT_PAUSED:
            return f"the rollout of {workload.entity} is paused" if workload.paused else ""
        case Precondition.NOT_GITOPS_MANAGED:
            manager = gitops_manager(workload)
            return (
                f"{manager} manages {workload.entity} and would re-sync it: revert the change in Git" if manager else ""
            )
        case Precondition.NO_HPA:
            scaler = next((m for m in workload.managers if (m.manager, m.subresource) == AUTOSCALER), None)
            return f"an autoscaler owns the replicas of {workload.entity}" if scaler else ""
