"""Claims on storage, and what there is to claim. Called by estate.py."""

from agent.model.inventory import Claim, Disk
from integrations.kubernetes.declared import entity
from integrations.kubernetes.fields import Json, at, name_of, section, strings, text, texts
from integrations.kubernetes.quantities import quantity
from integrations.kubernetes.templates import node_terms

_DEFAULT = "storageclass.kubernetes.io/is-default-class"


def claim(found: Json) -> Claim:
    """A PersistentVolumeClaim. Its class is None only while the cluster has no default class to fill in."""
    named = at(found, "spec", "storageClassName")
    return Claim(
        entity=entity("PersistentVolumeClaim", found),
        phase=text(found, "status", "phase"),
        volume=text(found, "spec", "volumeName"),
        storage_class=named if isinstance(named, str) else None,
        access_modes=strings(found, "spec", "accessModes"),
        requested=quantity(at(found, "spec", "resources", "requests", "storage")) or 0.0,
        selector=texts(found, "spec", "selector", "matchLabels"),
    )


def disk(found: Json) -> Disk:
    """A PersistentVolume; each term of its node affinity in words, as `kubectl describe` says it."""
    reserved = section(found, "spec", "claimRef")
    holder = f"{text(reserved, 'namespace')}/{text(reserved, 'name')}" if text(reserved, "name") else ""
    terms = node_terms(found, "spec", "nodeAffinity", "required")
    return Disk(
        name=name_of(found),
        phase=text(found, "status", "phase"),
        storage_class=text(found, "spec", "storageClassName"),
        access_modes=strings(found, "spec", "accessModes"),
        capacity=quantity(at(found, "spec", "capacity", "storage")) or 0.0,
        labels=texts(found, "metadata", "labels"),
        claim=holder,
        node_affinity=[
            " and ".join(f"{each.key} {each.operator} {','.join(each.values)}".strip() for each in term)
            for term in terms
        ],
    )


def storage_classes(found: list[Json]) -> list[str]:
    """Their names, a default class first: what a claim that names none gets."""
    default = {name_of(each) for each in found if texts(each, "metadata", "annotations").get(_DEFAULT) == "true"}
    return sorted({name_of(each) for each in found}, key=lambda name: (name not in default, name))
