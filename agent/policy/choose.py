"""Which playbook treats the confirmed cause here, and with which exact action. Says why when none fits."""

from math import ceil

from agent.model.action import Action, Restart, Rollback, Scale
from agent.model.change import Change
from agent.model.hypothesis import Hypothesis
from agent.model.playbook import Playbook, PlaybookStep, Precondition
from agent.model.record import Record
from agent.model.workload import Revision, Workload
from agent.reasoning.profiling import gitops_manager

AUTOSCALER = ("kube-controller-manager", "scale")
"""As whom the HorizontalPodAutoscaler writes: its controller is part of that process and uses the scale subresource."""


class Choice(Record):
    """A playbook with its action, or the reasons why there is none."""

    playbook: Playbook | None = None
    action: Action | None = None
    reasons: list[str] = []


class Situation(Record):
    """What a playbook is fitted to: the workload to act on, the blamed change, the revisions that still exist."""

    workload: Workload | None
    change: Change | None = None
    revisions: list[Revision] = []


def choose(hypothesis: Hypothesis, situation: Situation, playbooks: list[Playbook]) -> Choice:
    """The first playbook, in the order given, that treats the cause and whose preconditions hold."""
    treating = [playbook for playbook in playbooks if hypothesis.cause in playbook.treats]
    if not treating:
        return Choice(reasons=[f"no playbook treats {hypothesis.cause}"])
    if situation.workload is None:
        return Choice(reasons=["the workload to act on could not be found"])
    if situation.workload.entity.kind != "Deployment":
        return Choice(reasons=[f"{situation.workload.entity} is not a Deployment; no action of ours fits it yet"])
    reasons: list[str] = []
    for playbook in treating:
        failed = [reason for condition in playbook.preconditions if (reason := unmet(condition, situation))]
        action = None if failed else _action(playbook.steps[0], playbook, situation)
        if action:
            return Choice(playbook=playbook, action=action)
        reasons += [f"{playbook.name}: {reason}" for reason in failed or ["nothing to do"]]
    return Choice(reasons=reasons)


def unmet(condition: Precondition, situation: Situation) -> str:
    """Why a precondition does not hold; empty when it does."""
    workload = situation.workload
    if workload is None:
        return "no workload"
    match condition:
        case Precondition.PREVIOUS_REVISION_EXISTS:
            return "" if target_revision(situation) else _no_revision(situation)
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


def target_revision(situation: Situation) -> Revision | None:
    """The existing revision that was live before the blamed change; never a number made up by subtraction."""
    change = situation.change
    if change is None or change.from_revision is None:
        return None
    return next((r for r in situation.revisions if r.number == change.from_revision and not r.current), None)


def _no_revision(situation: Situation) -> str:
    numbers = ", ".join(str(r.number) for r in situation.revisions) or "none"
    wanted = situation.change.from_revision if situation.change else None
    said = f"revision {wanted} is gone or already live" if wanted else "the revision before the change is not known"
    return f"{said}; existing revisions: {numbers}"


def _action(step: PlaybookStep, playbook: Playbook, situation: Situation) -> Action | None:
    workload = situation.workload
    if workload is None:
        return None
    match step.action:
        case "rollback":
            revision = target_revision(situation)
            if revision is None:
                return None
            return Rollback(target=workload.entity, to_revision=revision.number, template_hash=revision.template_hash)
        case "restart":
            return Restart(target=workload.entity)
        case "scale":
            wanted = workload.replicas + ceil(workload.replicas * step.add_replicas_percent / 100)
            replicas = min(wanted, playbook.limits.max_replicas)
            return Scale(target=workload.entity, replicas=replicas) if replicas > workload.replicas else None
