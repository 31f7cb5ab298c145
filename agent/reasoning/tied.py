"""How a Job or CronJob hangs together with the incident: a pod that waits for it, the same application, or nothing.

A Job that failed somewhere in the namespace is no reason to suspect it of a service's trouble. Called by the
detectors of Jobs and CronJobs.
"""

import re
from datetime import timedelta

from agent.model.inventory import Declared, Estate
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.owners import workload_of
from agent.reasoning.stated import FAINT, LIKELY, POSSIBLE, SAID

APPLICATION = ("app.kubernetes.io/name", "app", "k8s-app")
RELEASE = ("app.kubernetes.io/instance", "app.kubernetes.io/part-of", "release", "argocd.argoproj.io/instance")
HELM = "meta.helm.sh/release-name"
RECENT, OLD = timedelta(hours=1), timedelta(days=1)


def tie(facts: Facts, estate: Estate, declared: Declared) -> tuple[float, str]:
    """How strongly it may be suspected, and why, in words; 0.0 for no connection that can be seen."""
    service = facts.profile.service
    names = {declared.entity.name, declared.attempts.owner if declared.attempts else ""}
    waiting = [] if declared.schedule else waits_for(estate, declared.entity.name)
    if waiting:
        return SAID, f"{waiting[0]} waits for it"
    if service.name in names:
        return SAID, ""
    if service.whole:
        return LIKELY, ""
    there = workload_of(estate, service_entity(service))
    return _shared(declared, there) if there else (0.0, "")


def waits_for(estate: Estate, job: str) -> list[str]:
    """Pods with an init container that runs now, or cannot end, and whose command names the Job."""
    word = re.compile(rf"(?<![\w.-]){re.escape(job)}(?![\w.-])")
    found = []
    for running in estate.pods:
        stuck = {c.name for c in running.pod.containers if not c.ready}
        held = [c for c in running.template.containers if c.init and c.name in stuck]
        said = [text for c in held for text in (*c.command, *c.environment.values())]
        if not running.pod.ready and any(word.search(text) for text in said):
            found.append(running.pod.name)
    return found


def _shared(declared: Declared, other: Declared) -> tuple[float, str]:
    mine, theirs = declared.labels | declared.template.labels, other.labels | other.template.labels
    repositories = _repositories(declared) & _repositories(other)
    if repositories:
        return LIKELY, f"it runs the image of {other.entity.name}"
    if any(key in mine and mine.get(key) == theirs.get(key) for key in APPLICATION):
        return LIKELY, f"it is of the same application as {other.entity.name}"
    helm = declared.annotations.get(HELM, "")
    if (helm and helm == other.annotations.get(HELM)) or any(
        key in mine and mine.get(key) == theirs.get(key) for key in RELEASE
    ):
        return POSSIBLE, f"it is of the same release as {other.entity.name}"
    return 0.0, ""


def _repositories(declared: Declared) -> set[str]:
    """Images without tag and digest."""
    images = [c.image.partition("@")[0] for c in declared.template.containers if c.image and not c.init]
    return {image.rpartition(":")[0] if ":" in image.rpartition("/")[2] else image for image in images}


def nearness(facts: Facts, declared: Declared) -> float:
    """How close to the incident's beginning a Job ended: one that failed last week explains little of today."""
    ended = declared.attempts.ended_at if declared.attempts else None
    if ended is None or ended >= facts.began - RECENT:
        return 1.0
    return LIKELY if ended >= facts.began - OLD else FAINT * 2
