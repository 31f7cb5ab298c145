"""Workloads of every kind as they are asked for, and the pods that came of them, each with the workload at its top.

Called by estate.py.
"""

import re

from agent.model.entity import Entity
from agent.model.inventory import Declared, Running
from integrations.kubernetes.batch import attempts, schedule
from integrations.kubernetes.fields import (
    Json,
    conditions,
    created,
    flag,
    items,
    moment,
    name_of,
    number,
    owner_uid,
    section,
    text,
    texts,
)
from integrations.kubernetes.managed import newest
from integrations.kubernetes.masking import HASH_LABEL, masked_annotations
from integrations.kubernetes.pods import converted
from integrations.kubernetes.templates import template

KINDS = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"]
_SCHEDULED = re.compile(r"(.+)-\d{8}")  # minutes since 1970, eight digits until 2160
_OVER = ("Complete", "Failed", "SuccessCriteriaMet", "FailureTarget")


def entity(kind: str, found: Json) -> Entity:
    """The object's identity."""
    return Entity(kind=kind, namespace=text(found, "metadata", "namespace"), name=name_of(found))


def declared(kind: str, found: Json, revision: str = "") -> Declared:
    """One workload. `replicas` is how many pods it wants now: none for a Job that is over or waits, or a CronJob."""
    author, spec = newest(found, "spec", "template"), section(found, "spec")
    strategy = section(spec, "strategy") or section(spec, "updateStrategy")
    job = section(found, "spec", "jobTemplate") if kind == "CronJob" else found
    replicas, ready, updated = _counts(kind, found)
    return Declared(
        entity=entity(kind, found),
        template=template(section(job, "spec", "template")),
        replicas=replicas,
        ready=ready,
        updated=updated,
        created_at=created(found),
        paused=flag(found, "spec", "paused"),
        suspended=flag(found, "spec", "suspend"),
        selector=texts(found, "spec", "selector", "matchLabels"),
        conditions=conditions(found),
        labels=texts(found, "metadata", "labels"),
        annotations=masked_annotations(texts(found, "metadata", "annotations")),
        revision=revision,
        strategy=text(strategy, "type"),
        partition=number(strategy, "rollingUpdate", "partition"),
        ordered=kind == "StatefulSet" and text(spec, "podManagementPolicy") != "Parallel",
        template_by=author.manager if author else "",
        template_at=author.at if author else None,
        attempts=attempts(found) if kind == "Job" else None,
        schedule=schedule(found) if kind == "CronJob" else None,
    )


def _counts(kind: str, found: Json) -> tuple[int, int, int]:
    spec, status = section(found, "spec"), section(found, "status")
    match kind:
        case "DaemonSet":
            return (
                number(status, "desiredNumberScheduled"),
                number(status, "numberReady"),
                number(status, "updatedNumberScheduled"),
            )
        case "Job":
            return _wanted(found), number(status, "ready"), number(status, "active")
        case "CronJob":
            return 0, 0, 0
        case _:
            asked = number(spec, "replicas") if "replicas" in spec else 1
            return asked, number(status, "readyReplicas"), number(status, "updatedReplicas")


def _wanted(job: Json) -> int:
    states = conditions(job)
    if flag(job, "spec", "suspend") or any(states.get(each, "").startswith("True") for each in _OVER):
        return 0
    spec = section(job, "spec")
    at_once = number(spec, "parallelism") if "parallelism" in spec else 1
    left = number(spec, "completions") - number(job, "status", "succeeded") if "completions" in spec else at_once
    return max(0, min(at_once, left))


class Owners:
    """From a pod to the workload at the top: through ReplicaSets and Jobs, as far as those can be read."""

    def __init__(self, seen: dict[str, list[Json]]) -> None:
        """`seen`: kind → raw objects."""
        self._by_uid = {
            uid: (kind, each)
            for kind in (*KINDS, "ReplicaSet")
            for each in seen.get(kind, [])
            if (uid := text(each, "metadata", "uid"))
        }

    def top(self, pod: Json) -> tuple[str, str]:
        """Kind and name of the workload, ("", "") of a pod that nobody owns."""
        kind, name, found = "", "", pod
        for _ in range(3):  # CronJob → Job → Pod is the longest chain there is
            owner = next((each for each in items(found, "metadata", "ownerReferences") if flag(each, "controller")), {})
            if not owner:
                break
            kind, name = text(owner, "kind"), text(owner, "name")
            _, found = self._by_uid.get(owner_uid(found), ("", {}))
        return (kind, name) if found else _guessed(kind, name, texts(pod, "metadata", "labels").get(HASH_LABEL, ""))


def _guessed(kind: str, name: str, hash_: str) -> tuple[str, str]:
    """Where the owner cannot be read: controllers call ReplicaSets DEPLOYMENT-HASH and Jobs CRONJOB-MINUTES."""
    if kind == "ReplicaSet" and hash_ and name.endswith(f"-{hash_}"):
        return "Deployment", name.removesuffix(f"-{hash_}")
    if kind == "Job" and (scheduled := _SCHEDULED.fullmatch(name)):
        return "CronJob", scheduled[1]
    return kind, name


def running(found: Json, owners: Owners) -> Running:
    """One pod."""
    kind, name = owners.top(found)
    return Running(
        pod=converted(found),
        template=template(found),
        owner_kind=kind,
        owner=name,
        address=text(found, "status", "podIP"),
        started_at=moment(found, "status", "startTime"),
    )
