"""Steps on the pods of a workload: roll back, restart, scale, pause and resume a rollout."""

import re
from math import ceil

from agent.model.action import Action, Pause, Restart, Resume, Rollback, Scale
from agent.model.hypothesis import Hypothesis
from agent.model.playbook import Playbook, PlaybookStep
from agent.model.workload import Revision, Workload
from agent.policy.situation import Situation

REVISED = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")
RESTARTED = ("Deployment", "StatefulSet", "DaemonSet")
SCALED = ("Deployment", "StatefulSet")
PAUSED = ("Deployment", "Rollout")

DOWN = re.compile(r"[Ss]caled down replica set \S+ (?:from (\d+) to 0|to 0 from (\d+))")
"""What the Deployment controller says of a scaling to nothing."""

NOT_FOUND = "the workload to act on could not be found"


def target_revision(situation: Situation) -> Revision | None:
    """The existing revision that was live before the rollout to blame; never a number made up by subtraction."""
    change = situation.change or situation.brought
    if change is None or change.from_revision is None:
        return None
    return next((r for r in situation.revisions if r.number == change.from_revision and not r.current), None)


def no_revision(situation: Situation) -> str:
    """Why there is no revision to go back to, with those that exist."""
    numbers = ", ".join(str(r.number) for r in situation.revisions) or "none"
    change = situation.change or situation.brought
    wanted = change.from_revision if change else None
    said = f"revision {wanted} is gone or already live" if wanted else "the revision before the change is not known"
    return f"{said}; existing revisions: {numbers}"


def of_kind(situation: Situation, kinds: tuple[str, ...]) -> Workload | str:
    """The workload, if it is one of these kinds; else why not."""
    workload = situation.workload
    if workload is None:
        return NOT_FOUND
    if workload.entity.kind not in kinds:
        return f"{workload.entity} is not a {' or '.join(kinds)}"
    return workload


def _rollback(_step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    workload = of_kind(situation, REVISED)
    if isinstance(workload, str):
        return workload
    revision = target_revision(situation)
    if revision is None:
        return no_revision(situation)
    return Rollback(target=workload.entity, to_revision=revision.number, template_hash=revision.template_hash)


def _restart(_step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    workload = of_kind(situation, RESTARTED)
    return workload if isinstance(workload, str) else Restart(target=workload.entity)


def _scale(step: PlaybookStep, playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    workload = of_kind(situation, SCALED)
    if isinstance(workload, str):
        return workload
    wanted = workload.replicas + ceil(workload.replicas * step.add_replicas_percent / 100)
    replicas = min(wanted, playbook.limits.max_replicas)
    if replicas <= workload.replicas:
        return f"{workload.entity} has {workload.replicas} replicas, and {wanted} are wanted, of at most {replicas}"
    return Scale(target=workload.entity, replicas=replicas)


def _pause(_step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    workload = of_kind(situation, PAUSED)
    if isinstance(workload, str):
        return workload
    return f"{workload.entity} is paused already" if workload.paused else Pause(target=workload.entity)


def _resume(_step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    workload = of_kind(situation, PAUSED)
    if isinstance(workload, str):
        return workload
    return Resume(target=workload.entity) if workload.paused else f"{workload.entity} is not paused"


def _restore_replicas(_step: PlaybookStep, playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    """As many as the controller's last words say there were; one where nobody can tell: enough to answer at all."""
    workload = of_kind(situation, SCALED)
    if isinstance(workload, str):
        return workload
    if workload.replicas:
        return f"{workload.entity} is asked to run {workload.replicas} pods already"
    events = situation.estate.events if situation.estate else []
    said = [e for e in events if (e.entity.kind, e.entity.name) == (workload.entity.kind, workload.entity.name)]
    counts = [int(match[1] or match[2]) for event in said if (match := DOWN.search(event.message))]
    return Scale(target=workload.entity, replicas=min([*counts[-1:], playbook.limits.max_replicas]) if counts else 1)


FITS = {
    "rollback": _rollback,
    "restart": _restart,
    "scale": _scale,
    "restore_replicas": _restore_replicas,
    "pause": _pause,
    "resume": _resume,
}
