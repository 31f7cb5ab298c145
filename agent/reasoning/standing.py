"""How far the newest template of a workload has come, by its spec and its pods of both revisions: pure arithmetic.

Called by the detector, which takes a controller's word, and the probe, which does not.
"""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from agent.model.inventory import UNMADE, Declared, Estate, Running
from agent.reasoning.owners import pods_of

DEADLINE = timedelta(minutes=10)
"""What the API gives a Deployment that names no progressDeadlineSeconds; the other kinds have no deadline of their own."""

GIVEN_UP = timedelta(minutes=1)
"""Where the controller itself says that the deadline has passed, which may be a short one, a pod only has to be no newborn."""

TOLD = {
    "done": "all pods are of the newest template",
    "on its way": "a rollout is under way",
    "blocked": "pods of the newest template do not become ready, and the others wait for them",
    "none made": "no pod of the newest template was made",
    "paused": "it is paused with pods of an older template",
    "held back": "its strategy keeps pods on an older template",
    "waits for old": "it replaces one pod after the other, and waits for one of an older template that does not become ready",
}


class Halves(NamedTuple):
    """The pods of the newest template, and all others."""

    new: list[Running]
    old: list[Running]

    def __str__(self) -> str:
        ready = [sum(running.pod.ready for running in half) for half in self]
        return f"{ready[0]} of {len(self.new)} pods of the newest template are ready, {ready[1]} of {len(self.old)} older ones"


def halves(estate: Estate, declared: Declared) -> Halves | None:
    """Told apart by the hash their controller gave them; None where that is out of sight."""
    pods = pods_of(estate, declared.entity.name)
    if not declared.revision or not declared.replicas:
        return None
    if any(not running.pod.template_hash for running in pods):
        return None
    new = [running for running in pods if running.pod.template_hash == declared.revision]
    return Halves(new, [running for running in pods if running not in new])


def given_up(declared: Declared) -> bool:
    """The deployment controller says that the rollout is past its deadline."""
    progress = declared.conditions.get("Progressing", "")
    return progress.startswith("False") and "ProgressDeadlineExceeded" in progress


def standing(declared: Declared, pods: Halves, now: datetime) -> str:
    """Where it stands: a key of TOLD. What the spec itself wants comes before what pods stand in the way of."""
    new, old = pods
    ready = len(new) >= declared.replicas and all(running.pod.ready for running in new)
    if not old and (ready or not given_up(declared)):
        return "done"
    if old and declared.paused:
        return "paused"
    if old and all(_kept(declared, running) for running in old):
        return "held back"
    return _obstructed(declared, pods, now) or "on its way"


def _obstructed(declared: Declared, pods: Halves, now: datetime) -> str:
    patience = GIVEN_UP if given_up(declared) else DEADLINE
    late = [r for r in (*pods.new, *pods.old) if not r.pod.ready and now - r.pod.created_at > patience]
    if declared.ordered and any(running in pods.old for running in late):
        return "waits for old"
    if any(running in pods.new for running in late):
        return "blocked"
    return "none made" if given_up(declared) and not pods.new and declared.revision != UNMADE else ""


def _kept(declared: Declared, running: Running) -> bool:
    """The spec itself leaves the pod as it is: OnDelete, or a number below the partition."""
    number = re.search(r"-(\d+)$", running.pod.name)
    below = declared.entity.kind == "StatefulSet" and number is not None and int(number[1]) < declared.partition
    return declared.strategy == "OnDelete" or below


def obstacles(pods: list[Running]) -> list[str]:
    """What is visible of why pods are not ready, each reason once."""
    said = {
        reason: running.pod.name
        for running in pods
        if not running.pod.ready
        for reason in (
            [c.reason for c in running.pod.containers if c.reason]
            or [running.pod.conditions.get("PodScheduled", "").partition(": ")[2].partition(":")[0] or "not ready"]
        )
    }
    return [f"{name}: {reason}" for reason, name in said.items()][:3]
