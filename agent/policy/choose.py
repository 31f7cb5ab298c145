"""Which playbook treats the confirmed cause here, and with which exact action. Says why when none fits."""

from collections.abc import Callable

from agent.model.action import Action
from agent.model.hypothesis import Hypothesis
from agent.model.playbook import Playbook, Precondition
from agent.model.record import Record
from agent.model.workload import Workload
from agent.policy.fitting import fits
from agent.policy.fitting.workloads import NOT_FOUND, no_revision, target_revision
from agent.policy.situation import Situation

AUTOSCALER = ("kube-controller-manager", "scale")
"""As whom the HorizontalPodAutoscaler writes: its controller is part of that process and uses the scale subresource."""


class Choice(Record):
    """A playbook with its actions in order, and the reasons why none, or none of lower rank, fits."""

    playbook: Playbook | None = None
    actions: list[Action] = []
    reasons: list[str] = []


def choose(hypothesis: Hypothesis, situation: Situation, playbooks: list[Playbook]) -> Choice:
    """The first playbook, by rank and then in the order given, that treats the cause and whose preconditions hold."""
    treating = sorted((p for p in playbooks if hypothesis.cause in p.treats), key=lambda playbook: playbook.rank)
    if not treating:
        return Choice(reasons=[f"no playbook treats {hypothesis.cause}"])
    reasons: list[str] = []
    for playbook in treating:
        failed = [reason for condition in playbook.preconditions if (reason := unmet(condition, situation))]
        found = "" if failed else _fitted(playbook, hypothesis, situation)
        if not isinstance(found, str):
            return Choice(playbook=playbook, actions=found, reasons=reasons)
        reasons += [f"{playbook.name}: {reason}" for reason in failed or [found]]
    return Choice(reasons=reasons)


def _fitted(playbook: Playbook, hypothesis: Hypothesis, situation: Situation) -> list[Action] | str:
    """Every step's action, or why one of them does not fit: half a treatment is none."""
    actions: list[Action] = []
    for step in playbook.steps:
        found = fits()[step.action](step, playbook, hypothesis, situation)
        if isinstance(found, str):
            return found
        if any(found.target == earlier.target for earlier in actions):
            return f"two steps would be about {found.target}, and the second could not be previewed before the first"
        actions.append(found)
    return actions


def unmet(condition: Precondition, situation: Situation) -> str:
    """Why a precondition does not hold; empty when it does."""
    if condition is Precondition.NOT_GITOPS_MANAGED:
        return ""  # told with the action, which says what is written: agent.policy.fitting
    workload = situation.workload
    return NOT_FOUND if workload is None else CHECKS[condition](situation, workload)


def _no_earlier_revision(situation: Situation, _workload: Workload) -> str:
    return "" if target_revision(situation) else no_revision(situation)


def _paused(_situation: Situation, workload: Workload) -> str:
    return f"the rollout of {workload.entity} is paused" if workload.paused else ""


def _autoscaled(_situation: Situation, workload: Workload) -> str:
    scaler = next((m for m in workload.managers if (m.manager, m.subresource) == AUTOSCALER), None)
    return f"an autoscaler owns the replicas of {workload.entity}" if scaler else ""


def _at_rest(_situation: Situation, workload: Workload) -> str:
    both = 0 < workload.updated < workload.replicas
    return "" if both else f"no rollout of {workload.entity} is in progress"


def _alone(_situation: Situation, workload: Workload) -> str:
    return "" if workload.replicas > 1 else f"{workload.entity} has no other replica to carry its load"


CHECKS: dict[Precondition, Callable[[Situation, Workload], str]] = {
    Precondition.PREVIOUS_REVISION_EXISTS: _no_earlier_revision,
    Precondition.NOT_PAUSED: _paused,
    Precondition.NO_HPA: _autoscaled,
    Precondition.ROLLOUT_IN_PROGRESS: _at_rest,
    Precondition.SEVERAL_REPLICAS: _alone,
}
