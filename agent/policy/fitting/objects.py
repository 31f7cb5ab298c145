"""Steps on a single object: one pod, one node, one Job."""

from agent.model.action import Action, Cordon, DeletePod, RerunJob, Uncordon
from agent.model.entity import Entity
from agent.model.hypothesis import Hypothesis
from agent.model.inventory import Declared
from agent.model.playbook import Playbook, PlaybookStep
from agent.policy.situation import Situation

FEWEST = 2
"""Nodes that must still take pods after one is cordoned."""


def _delete_pod(_step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    """The one pod that the pinned condition names: with more than one, or none, nothing is deleted."""
    dimensions = situation.condition.dimensions if situation.condition else {}
    name = dimensions.get("pod", "")
    if not name or situation.estate is None:
        return "the failures are not pinned to a single pod"
    found = next((running for running in situation.estate.pods if running.pod.name == name), None)
    if found is None or not found.pod.uid:
        return f"the pod {name} is not there any more"
    if not found.owner:
        return f"{name} has no controller: nobody would replace it"
    return DeletePod(target=Entity(kind="Pod", namespace=found.pod.namespace, name=name), uid=found.pod.uid)


def _cordon(_step: PlaybookStep, _playbook: Playbook, why: Hypothesis, situation: Situation) -> Action | str:
    name = _node(why, situation)
    machines = situation.estate.machines if situation.estate else []
    found = next((machine for machine in machines if machine.name == name), None)
    if found is None:
        return "no node is blamed that can be seen"
    if found.unschedulable:
        return f"{name} is cordoned already"
    others = [m.name for m in machines if m.ready and not m.unschedulable and m.name != name]
    if len(others) < FEWEST:
        return f"only {len(others)} other nodes would take pods, {FEWEST} are needed"
    return Cordon(target=Entity(kind="Node", name=name))


def _node(why: Hypothesis, situation: Situation) -> str:
    if why.entity.kind == "Node":
        return why.entity.name
    return situation.condition.dimensions.get("node", "") if situation.condition else ""


def _uncordon(_step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    """The only cordoned node that is ready: of several nobody can say which was meant to be closed."""
    machines = situation.estate.machines if situation.estate else []
    closed = [machine.name for machine in machines if machine.unschedulable and machine.ready]
    if len(closed) != 1:
        return f"{len(closed)} ready nodes are cordoned: which of them may take pods again is for a person to say"
    return Uncordon(target=Entity(kind="Node", name=closed[0]))


def _rerun_job(_step: PlaybookStep, _playbook: Playbook, why: Hypothesis, situation: Situation) -> Action | str:
    jobs = [w for w in (situation.estate.workloads if situation.estate else []) if w.entity.kind == "Job"]
    failed = [job for job in jobs if job.conditions.get("Failed", "").startswith("True")]
    named = [job for job in failed if job.entity.name == why.entity.name] or _latest(failed)
    if not named:
        return "no failed Job is known here"
    return RerunJob(target=named[0].entity)


def _latest(failed: list[Declared]) -> list[Declared]:
    """The only one; of several nobody can say which one is meant."""
    return failed if len(failed) == 1 else []


FITS = {"delete_pod": _delete_pod, "cordon": _cordon, "uncordon": _uncordon, "rerun_job": _rerun_job}
