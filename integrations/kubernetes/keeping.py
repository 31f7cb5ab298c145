"""Who keeps the objects of a namespace that actions can write; pure. Called by estate.py and ownership.py."""

from agent.model.entity import Entity
from agent.model.keeper import Keeper
from agent.policy.keeping import keeper
from agent.redact import redact
from integrations.kubernetes.fields import Json, flag, items, name_of, text, texts
from integrations.kubernetes.managed import writers

WRITABLE = (
    "Application",
    "ConfigMap",
    "DaemonSet",
    "Deployment",
    "HelmRelease",
    "HorizontalPodAutoscaler",
    "Kustomization",
    "ResourceQuota",
    "Rollout",
    "StatefulSet",
)
"""Kinds whose spec or data an action changes: a pod, a node or a Job is not put back by whoever declared it."""


def keeper_of(kind: str, found: Json) -> Keeper | None:
    """From a raw object; None where nobody is known to keep it."""
    entity = Entity(kind=kind, namespace=text(found, "metadata", "namespace"), name=name_of(found))
    marks = {**texts(found, "metadata", "labels"), **texts(found, "metadata", "annotations")}
    hands = [writer.manager for writer in writers(found) if writer.subresource == ""]
    owners = items(found, "metadata", "ownerReferences")
    owner = next((f"{text(each, 'kind')} {text(each, 'name')}" for each in owners if flag(each, "controller")), "")
    told = keeper(entity, marks, hands, owner)
    return told.evolve(name=redact(told.name)) if told else None


def keepers(seen: dict[str, list[Json]]) -> list[Keeper]:
    """Of all that was listed, in the order of kinds and names."""
    found = [keeper_of(kind, each) for kind in WRITABLE for each in sorted(seen.get(kind, []), key=name_of)]
    return [each for each in found if each is not None]
